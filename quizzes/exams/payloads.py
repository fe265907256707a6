"""What clients are sent of sittings, and how a sitting and its slots are put into it. Never a key before its time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict, cast

from pydantic import WithJsonSchema

from quizzes import presentations
from quizzes.calendar import instant

if TYPE_CHECKING:
    from quizzes.models import Sitting, Slot

Instant = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
"""ISO 8601 in UTC, with milliseconds."""
Uuid = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
Slug = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"})]
ExamKind = Literal["assessment", "viva"]
SittingState = Literal["open", "submitted", "expired"]
ClosedState = Literal["submitted", "expired"]
Document = dict[str, Any]
"""A JSON object whose fields depend on the kind of item."""


class SectionPayload(TypedDict):
    """A section of a sitting: the numbers of its slots."""

    title: str
    slots: list[int]


class SlotPayload(TypedDict):
    """A question of a sitting, or a round of a viva, which shows its pairs once it is started.

    `rev` counts the answers saved to it; `seconds` is the time of a round; `closed` says that it was graded.
    """

    slot: int
    presentation: Document | None
    response: Document | None
    rev: int
    flagged: bool
    seconds: int | None
    deadline_at: Instant | None
    closed: bool


class SittingPayload(TypedDict):
    """An exam being sat. It never holds a key or a score."""

    id: Uuid
    exam: Slug
    kind: ExamKind
    number: int
    state: SittingState
    opened_at: Instant
    deadline_at: Instant
    closed_at: Instant | None
    server_now: Instant
    sections: list[SectionPayload]
    slots: list[SlotPayload]


class SavedAnswerPayload(TypedDict):
    """An answer that was saved: its revision, and the milliseconds left."""

    rev: int
    saved_at: Instant
    remaining_ms: int


class RoundGradePayload(TypedDict):
    """The grade of a finished round; None until the exam releases its feedback."""

    slot: int
    grade: Document | None


class OralMarkPayload(TypedDict):
    """The student's own mark, 0 to 2, of having said why a pair belongs together."""

    pair: str
    mark: int


class SectionScorePayload(TypedDict):
    """The points of a section."""

    title: str
    score: float
    max_score: float


class ConceptScorePayload(TypedDict):
    """The points of a concept's questions."""

    slug: Slug
    score: float
    max_score: float


class ScorePayload(TypedDict):
    """An exam score to expect, 0 to 1, with the interval that holds it."""

    score: float
    low: float
    high: float


class ForecastPayload(TypedDict):
    """The exam score to expect before and after what was answered in a sitting."""

    before: ScorePayload | None
    after: ScorePayload | None


class SlotResultPayload(TypedDict):
    """A question of a closed sitting; `score` (0 to 1) and `grade` are None as long as its key has to wait."""

    slot: int
    presentation: Document
    response: Document | None
    score: float | None
    oral: OralMarkPayload | None
    grade: Document | None


class ResultPayload(TypedDict):
    """The result of a closed sitting; `feedback` says whether the exam shows grades by now."""

    id: Uuid
    state: ClosedState
    score: float
    max_score: float
    sections: list[SectionScorePayload]
    concepts: list[ConceptScorePayload]
    forecast: ForecastPayload | None
    feedback: bool
    slots: list[SlotResultPayload]


def sitting_payload(sitting: Sitting, now: datetime) -> SittingPayload:
    """The sitting with its slots, as its student sees it while it is open; `now` is told as the server's clock."""
    slots = sitting.slots.select_related("presentation__version__item", "presentation__version__lesson")
    return {
        "id": str(sitting.pk),
        "exam": sitting.exam.slug,
        "kind": cast("ExamKind", sitting.exam.kind),
        "number": sitting.number,
        "state": cast("SittingState", sitting.state),
        "opened_at": instant(sitting.opened_at),
        "deadline_at": instant(sitting.deadline_at),
        "closed_at": instant(sitting.closed_at) if sitting.closed_at else None,
        "server_now": instant(now),
        "sections": sitting.sections,
        "slots": [slot_payload(slot) for slot in slots],
    }


def slot_payload(slot: Slot) -> SlotPayload:
    """A slot as its student sees it while it is open; a round that was not started hides its pairs."""
    hidden = slot.seconds is not None and slot.started_at is None
    return {
        "slot": slot.number,
        "presentation": None if hidden else presentations.payload(slot.presentation),
        "response": slot.response,
        "rev": slot.rev,
        "flagged": slot.flagged,
        "seconds": slot.seconds,
        "deadline_at": instant(slot.deadline_at) if slot.deadline_at else None,
        "closed": slot.score is not None,
    }
