"""What the JSON payloads of both apps are made of: strings of a known form, as the API documents them; and a reader."""

import json
from collections.abc import Iterable
from typing import Annotated, Literal, overload

from pydantic import Field, WithJsonSchema

Uuid = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
Instant = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
"""An instant in UTC, as quizzes.calendar.format_instant writes it."""
Date = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
Slug = Annotated[str, Field(pattern=r"^[-a-zA-Z0-9_]+$")]
Uri = Annotated[str, WithJsonSchema({"type": "string", "format": "uri"})]
Share = Annotated[float, Field(ge=0, le=1)]
"""From 0 to 1."""


@overload
def round_estimate(estimate: float) -> float: ...
@overload
def round_estimate(estimate: float | None) -> float | None: ...
def round_estimate(estimate: float | None) -> float | None:
    """Return an estimated share or score as clients are told it, to four decimals: more would be noise."""
    return None if estimate is None else round(float(estimate), 4)


def one_of(values: Iterable[str]) -> WithJsonSchema:
    """Mark a string as one of `values`: `Annotated[str, one_of(Exam.Kind.values)]`."""
    return WithJsonSchema({"type": "string", "enum": list(values)})


OF_KIND = "x-of-kind"


def of_kind(what: Literal["prompt", "response", "grading"]) -> WithJsonSchema:
    """Mark what the kind of a question decides: the API's document has the kind's own type there."""
    return WithJsonSchema({OF_KIND: what})


AnyResponse = Annotated[dict[str, object], of_kind("response")]
"""A response, in the shape of its kind."""

DEEPEST = 64
"""How deep a document may be nested."""


MAX_BYTES = 1024 * 1024
"""Of the JSON of one request."""
TOO_LARGE = f"A request holds at most {MAX_BYTES} bytes; send less at a time."


class JsonError(ValueError):
    """This is no JSON that can be read and stored; the message says why, and `status` is the answer's."""

    status = 400


class TooLargeError(JsonError):
    """There is more of it than is read."""

    status = 413


def read_json(body: bytes) -> object:
    """Return the document of a request's body, of strings that every database keeps. Raises JsonError."""
    if len(body) > MAX_BYTES:
        raise TooLargeError(TOO_LARGE)
    try:
        document: object = json.loads(body)
        # Half of a pair of UTF-16 is legal in JSON and in no database; nor is NUL in PostgreSQL's.
        text = json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except RecursionError:
        raise JsonError("This is nested too deeply.") from None
    except UnicodeEncodeError:
        raise JsonError("This has a character that cannot be read.") from None
    except ValueError:
        raise JsonError("Send JSON in UTF-8.") from None
    if b"\\u0000" in text:
        raise JsonError("This has a character that cannot be read.")
    if _is_deeper_than(document, DEEPEST):
        raise JsonError("This is nested too deeply.")
    return document


def _is_deeper_than(document: object, depth: int) -> bool:
    level = [document]
    for _ in range(depth + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True
