"""What is being typed, read: an app says it beside its field, as pages do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, NotRequired

from drf_spectacular.utils import extend_schema
from pydantic import Field
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions import kinds
from quizzes.api.requests import InvalidFields, StudentRequest
from quizzes.presentations import ItemKind


class Typed(TypedDict):
    """A text as it is typed so far, and what its question, or the part of it, says of reading it."""

    value: str
    kind: NotRequired[Annotated[ItemKind, Field(description="Of the question, or of its part; else a number is read.")]]
    unit: NotRequired[Annotated[str | None, Field(description="The prompt's `unit`: what stands behind the field.")]]
    reading: NotRequired[Annotated[str, Field(description="The prompt's `reading`, of a formula.")]]


class EchoPayload(TypedDict):
    """How it is read, in words or typeset; what has two readings, or none, is sent back with what is wrong."""

    ok: bool
    reading: Annotated[str, Field(description="In words and signs; of a formula in Markdown.")]
    latex: Annotated[str, Field(description="Of a formula; else empty.")]
    detail: Annotated[str, Field(description="For the student: what is wrong; empty where it is read.")]


class EchoView(APIView):
    """How a typed number, quantity or formula would be read. Nothing is stored, and nothing said of what is right."""

    @extend_schema(request=Typed, responses=EchoPayload)
    def post(self, request: StudentRequest) -> Response:
        sent = _read(request.data)
        echo = kinds.echo(sent["kind"], sent["value"], sent["reading"] or sent["unit"])
        payload: EchoPayload = {
            "ok": not echo.detail,
            "reading": echo.reading or (f"${echo.latex}$" if echo.latex else ""),
            "latex": echo.latex,
            "detail": echo.detail,
        }
        return Response(payload)


def _read(sent: object) -> dict[str, str]:
    """The fields, "" for what was left out. Raises InvalidFields."""
    if not isinstance(sent, Mapping) or "value" not in sent:
        raise InvalidFields({"value": ["Send what was typed, as text."]})
    fields = {name: sent.get(name) for name in ("value", "kind", "unit", "reading")}
    if wrong := [
        name for name, text in fields.items() if not isinstance(text, str) and (text is not None or name == "value")
    ]:
        raise InvalidFields({name: ["Send text."] for name in wrong})
    if fields["kind"] and fields["kind"] not in kinds.KINDS:
        raise InvalidFields({"kind": ["There is no such kind of question."]})
    return {name: str(text or "") for name, text in fields.items()}
