"""What a device sends: a batch of events, read from untrusted JSON. Pure."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import pydantic
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, SkipValidation
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType

from questions.json_types import of_kind
from quizzes.reviews.cursors import Cursor, UnreadableCursorError

MAX_EVENTS = 500
MAX_DURATION_MS = 3_600_000
"""A longer time than an hour for an answer is kept as an hour: the student was elsewhere."""
MAX_STEPS = 200
"""Of all parts of a question."""
_TYPES = ("review", "practice", "undo", "bury", "suspend", "resume")
_NO_TYPE = f"Its type has to be one of {', '.join(_TYPES)}."
_NO_OBJECT = "Send an object."
_WORDS = {
    "union_tag_not_found": _NO_TYPE,
    "union_tag_invalid": _NO_TYPE,
    "model_type": _NO_OBJECT,
    "model_attributes_type": _NO_OBJECT,
}
"""What a client is told where pydantic would speak of its own workings."""


def _absent_as(value: int | str, sent_as: object) -> BeforeValidator:
    """Take null for a field that was left out, which has this value; the API's document says what may be sent."""
    return BeforeValidator(lambda sent: value if sent is None else sent, json_schema_input_type=sent_as)


def _check_cursor(sent: str) -> str:
    """Return a cursor as it was sent: whether it is too old is for the sync to say, which answers need not wait for."""
    if sent:
        try:
            Cursor.parse(sent)
        except UnreadableCursorError as error:
            raise PydanticCustomError("cursor", "{words}", {"words": str(error)}) from None
    return sent


class BatchError(ValueError):
    """The batch as a whole cannot be read, and nothing of it was stored. `errors` maps fields to messages."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(str(errors))
        self.errors = errors


_Count = Annotated[int, Field(ge=0)]


class _Event(BaseModel):
    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)

    id: uuid.UUID
    occurred_at: AwareDatetime


class ReportedReview(_Event):
    """An answer."""

    type: Literal["review"]
    presentation: uuid.UUID
    response: Annotated[object, of_kind("response")]
    confidence: Annotated[int, Field(ge=1, le=5)] | None = None
    duration_ms: Annotated[_Count, _absent_as(0, _Count | None)] = 0
    hints_used: Annotated[
        _Count,
        Field(description="Hints that were shown; those taken from the server count in any case."),
        _absent_as(0, _Count | None),
    ] = 0
    key_shown: Annotated[
        bool,
        Field(
            strict=True,
            description="Whether the app showed the key before it sends the answer: one that cannot be read, or is"
            " nearly right, counts as wrong then, and is not sent back.",
        ),
        _absent_as(value=False, sent_as=bool | None),
    ] = False


class ReportedPractice(_Event):
    """A question that was worked by hand, step by step."""

    type: Literal["practice"]
    presentation: uuid.UUID
    steps: Annotated[
        list[dict[str, object] | None],
        Field(
            min_length=1,
            max_length=MAX_STEPS,
            description='For each step `{"value": …}` as typed, or `{"dont_know": true}`; null for one that was shown.',
        ),
    ]


class ReportedUndo(_Event):
    """Take back an earlier event."""

    type: Literal["undo"]
    target: uuid.UUID


class ReportedFlag(_Event):
    """Bury a card until tomorrow, suspend it, or resume it."""

    type: Literal["bury", "suspend", "resume"]
    card: uuid.UUID


ReportedEvent = TypeAliasType(
    "ReportedEvent",
    Annotated[ReportedReview | ReportedPractice | ReportedUndo | ReportedFlag, Field(discriminator="type")],
)
_EVENT: pydantic.TypeAdapter[ReportedEvent] = pydantic.TypeAdapter(ReportedEvent)


if TYPE_CHECKING:
    _UnreadEvent = object
else:
    _UnreadEvent = SkipValidation[ReportedEvent]  # documented as what it has to be, and read later


class Batch(BaseModel):
    """What a device sends: its events, and its clock by which they happened."""

    device: uuid.UUID
    device_now: AwareDatetime
    cursor: Annotated[
        str,
        Field(max_length=8000, description="That of the client's last sync; what this batch changes is after it."),
        _absent_as("", Annotated[str, Field(max_length=8000)] | None),
        AfterValidator(_check_cursor),
    ] = ""
    events: Annotated[list[_UnreadEvent], Field(max_length=MAX_EVENTS)]
    """Each is read on its own, so that one which is wrong does not cost the others."""


@dataclass(frozen=True)
class UnreadableEvent:
    """An event of a batch that cannot be read: its id as it was sent, and why, in words."""

    id: object
    detail: str


def read_batch(document: object) -> Batch:
    """Read a batch, its events not yet. Raises BatchError."""
    try:
        return Batch.model_validate(document)
    except pydantic.ValidationError as error:
        raise BatchError(_messages(error)) from None


def read_event(document: object) -> ReportedEvent | UnreadableEvent:
    """Read one event of a batch."""
    try:
        return _EVENT.validate_python(document)
    except pydantic.ValidationError as error:
        detail = "; ".join(f"{place}: {' '.join(texts)}" for place, texts in _messages(error).items())
        return UnreadableEvent(document.get("id") if isinstance(document, dict) else None, detail)


def _messages(error: pydantic.ValidationError) -> dict[str, list[str]]:
    """Return what is wrong with each field; "event" where it is the document as a whole."""
    messages: dict[str, list[str]] = {}
    for detail in error.errors(include_url=False):
        # The type that told the kinds of events apart is a part of the place, but no field.
        parts = [str(part) for part in detail["loc"] if part not in _TYPES]
        messages.setdefault(".".join(parts) or "event", []).append(_WORDS.get(detail["type"], detail["msg"]))
    return messages
