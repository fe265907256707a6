"""How the API reads requests and writes answers."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import IO

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer

from questions.json_types import MAX_BYTES, TOO_LARGE


class TooLarge(APIException):
    """413, before anything is read into objects."""

    status_code = 413
    default_detail = TOO_LARGE


class BoundedJSON(JSONParser):
    """Reads JSON of at most MAX_BYTES. What is nested deeper than Python reads is malformed like any other.

    A character that no database keeps is left to whoever reads the field: in a batch it costs its own event alone.
    """

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, object] | None = None
    ) -> dict[str, object]:
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise TooLarge
        try:
            return super().parse(BytesIO(body), media_type, parser_context)
        except RecursionError:
            raise ParseError("JSON parse error: this is nested too deeply.") from None


class AnyTextJSON(JSONRenderer):
    """Writes JSON. What a client sent and UTF-8 cannot say is escaped, so that it gets back the very same."""

    def render(
        self,
        data: object,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, object] | None = None,
    ) -> bytes:
        try:
            return super().render(data, accepted_media_type, renderer_context)
        except UnicodeEncodeError:
            self.ensure_ascii = True  # type: ignore[misc] # of this one answer
            return super().render(data, accepted_media_type, renderer_context)
