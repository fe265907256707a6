"""What the JSON payloads of both apps are made of: strings of a known form, as the API documents them."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, WithJsonSchema

Uuid = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
Instant = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
"""An instant in UTC, as quizzes.calendar.format_instant writes it."""
Date = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
Slug = Annotated[str, Field(pattern=r"^[-a-zA-Z0-9_]+$")]
Uri = Annotated[str, WithJsonSchema({"type": "string", "format": "uri"})]
Share = Annotated[float, Field(ge=0, le=1)]
"""From 0 to 1."""


def one_of(values: Iterable[str]) -> WithJsonSchema:
    """Mark a string as one of `values`: `Annotated[str, one_of(Exam.Kind.values)]`."""
    return WithJsonSchema({"type": "string", "enum": list(values)})
