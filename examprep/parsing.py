"""How the API reads requests and writes answers."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime
from io import BytesIO
from typing import IO

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

from questions.json_types import MAX_BYTES, TOO_LARGE
from quizzes.calendar import format_instant


class TooLarge(APIException):
    """413, before anything is read into objects."""

    status_code = 413
    default_code = "too_large"
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


class _Encoder(JSONEncoder):
    """Writes every instant in the one way that the document names: in UTC, with milliseconds."""

    def default(self, obj: object) -> object:
        return format_instant(obj) if isinstance(obj, datetime) else super().default(obj)


class AnyTextJSON(JSONRenderer):
    """Writes JSON. What a client sent and UTF-8 cannot say is escaped, so that it gets back the very same.

    With `?html=0` the twins in HTML are left out that every Markdown text has.
    """

    encoder_class = _Encoder

    def render(
        self,
        data: object,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, object] | None = None,
    ) -> bytes:
        request = (renderer_context or {}).get("request")
        if isinstance(request, Request) and request.query_params.get("html") == "0":
            data = without_html(data)
        try:
            return super().render(data, accepted_media_type, renderer_context)
        except UnicodeEncodeError:
            self.ensure_ascii = True  # type: ignore[misc] # of this one answer
            return super().render(data, accepted_media_type, renderer_context)


def without_html(document: object) -> object:
    """Return the document without each `…_html` that stands beside the Markdown which it is made of."""
    if isinstance(document, list):
        return [without_html(each) for each in document]
    if not isinstance(document, dict):
        return document
    return {name: without_html(value) for name, value in document.items() if not is_twin(name, document)}


def is_twin(name: str, fields: Container[str]) -> bool:
    """Return whether a field is the HTML of another of these, which is Markdown."""
    plain = name.removesuffix("_html")
    return plain != name and (plain in fields or f"{plain}_markdown" in fields)
