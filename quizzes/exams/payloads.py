"""What clients are sent of sittings, and how a sitting and its slots are put into it. Never a key before its time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from questions.json_types import AnyResponse, Instant, Slug, Uuid, one_of
from quizzes import presentations
from quizzes.calendar import format_instant
from quizzes.models import Exam, Sitting, Slot
from quizzes.models.statements import Prepared, identifier
from quizzes.presentations import PresentationPayload
from quizzes.reviews import GradePayload

ExamKind = Annotated[str, one_of(Exam.Kind.values)]
SittingState = Annotated[str, one_of(Sitting.State.values)]
ClosedState = Annotated[str, one_of([state for state in Sitting.State.values if state != Sitting.State.OPEN])]
Document = dict[str, Any]
"""A JSON object whose fields depend on the kind of item."""


class SectionPayload(TypedDict):
    """A section of a sitting: the numbers of its slots."""

    title: str
    slots: list[int]


class SlotPayload(TypedDict):
    """A question of a sitting, or a round of a viva, which shows its pairs once it is started."""

    slot: int
    presentation: Annotated[PresentationPayload | None, Field(description="Null until the round is started.")]
    response: AnyResponse | None
    rev: Annotated[int, Field(description="How often an answer was saved; send it with the next.")]
    flagged: bool
    seconds: Annotated[int | None, Field(description="Of a round of a viva.")]
    deadline_at: Annotated[Instant | None, Field(description="Null before a round is started.")]
    closed: Annotated[bool, Field(description="Whether it was graded.")]


class SittingPayload(TypedDict):
    """An exam being sat. It never holds a key or a score."""

    id: Uuid
    exam: Slug
    course: Slug
    kind: ExamKind
    number: int
    state: SittingState
    opened_at: Instant
    deadline_at: Instant
    closed_at: Instant | None
    server_now: Instant
    sections: list[SectionPayload]
    slots: list[SlotPayload]


class SavedPayload(TypedDict):
    """An answer that was saved: its revision, and the milliseconds left."""

    rev: int
    saved_at: Instant
    remaining_ms: int
    unread: NotRequired[Annotated[str, Field(description="Of parts that cannot be read: why. The others are saved.")]]


class RoundGradePayload(TypedDict):
    """The grade of a finished round."""

    slot: int
    grade: Annotated[GradePayload | None, Field(description="Null until the exam shows grades.")]


class OralMarkPayload(TypedDict):
    """The student's own mark, 0 to 2, of having said why a pair belongs together."""

    pair: str
    mark: Annotated[int, Field(ge=0, le=2)]


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


class ExpectedPayload(TypedDict):
    """The points that a sitting was expected to give when it began, with a 90 % interval, and those that it gave.

    It rests on so many earlier `answers` to the questions that were `met`; others counted as those did who met them
    first (`by_ease`), or as guessed.
    """

    score: float
    low: float
    high: float
    got: float
    max_score: float
    answers: int
    met: int
    by_ease: int
    guessed: int


class EffectPayload(TypedDict):
    """How many questions of a sitting were new to the student, or known, and right or not wholly."""

    new_right: int
    new_wrong: int
    known_right: int
    known_wrong: int
    unanswered: int


class CorrectedPayload(TypedDict):
    """What was said before the last correction of a question of the sitting."""

    at: Instant
    score: float
    max_score: float


class CorrectedSlotPayload(TypedDict):
    """What was said of a question before it was corrected, and why it was."""

    score: Annotated[float, Field(ge=0, le=1)]
    why: str


class CommentPayload(TypedDict):
    """What an instructor wrote about the sitting."""

    at: Instant
    text: str


class SlotResultPayload(TypedDict):
    """A question of a closed sitting. Score and grade are null as long as its key has to wait."""

    slot: int
    presentation: PresentationPayload
    response: AnyResponse | None
    score: Annotated[float | None, Field(ge=0, le=1)]
    oral: OralMarkPayload | None
    grade: GradePayload | None
    corrected: Annotated[CorrectedSlotPayload | None, Field(description="Null unless its marks were corrected.")]
    waits: Annotated[bool, Field(description="Whether staff have not marked it yet.")]
    spent_ms: Annotated[int, Field(ge=0, description="From the save before to its own; 0 where nothing was saved.")]
    kept: Annotated[bool, Field(description="Whether the question is kept for exams: its answer is not shown.")]


class ResultPayload(TypedDict):
    """The result of a closed sitting."""

    id: Uuid
    state: ClosedState
    score: float
    max_score: float
    sections: list[SectionScorePayload]
    concepts: list[ConceptScorePayload]
    forecast: ForecastPayload | None
    expected: Annotated[ExpectedPayload | None, Field(description="Null until the exam shows grades.")]
    effect: Annotated[EffectPayload | None, Field(description="Null until the exam shows grades.")]
    feedback: Annotated[bool, Field(description="Whether the exam shows grades by now.")]
    corrected: Annotated[CorrectedPayload | None, Field(description="Null unless its points were corrected.")]
    void: Annotated[bool, Field(description="Whether staff let it count nowhere.")]
    waiting: Annotated[int, Field(description="How many answers staff have not marked yet; their marks come later.")]
    comments: list[CommentPayload]
    slots: list[SlotResultPayload]


def sitting_payload(sitting: Sitting, now: datetime, slots: Sequence[Slot] | None = None) -> SittingPayload:
    """The sitting with its slots, as its student sees it while it is open; `now` is told as the server's clock.

    `slots` come from who has just loaded them with their versions.
    """
    if slots is None:
        slots = load_slots(sitting)
    else:
        presentations.name_concepts([slot.presentation.version for slot in slots])
    return {
        "id": str(sitting.pk),
        "exam": sitting.exam.slug,
        "course": sitting.exam.course.slug,
        "kind": sitting.exam.kind,
        "number": sitting.number,
        "state": sitting.state,
        "opened_at": format_instant(sitting.opened_at),
        "deadline_at": format_instant(sitting.deadline_at),
        "closed_at": format_instant(sitting.closed_at) if sitting.closed_at else None,
        "server_now": format_instant(now),
        "sections": sitting.sections,
        "slots": [slot_payload(slot) for slot in slots],
    }


_SLOTS = Prepared(lambda: Slot.objects.filter(sitting=identifier("sitting")).with_versions())


def load_slots(sitting: Sitting) -> list[Slot]:
    """The slots of a sitting in their order, with what their payloads say; two queries."""
    slots = _SLOTS.run(sitting=sitting.pk)
    presentations.name_concepts([slot.presentation.version for slot in slots])
    return slots


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
        "deadline_at": format_instant(slot.deadline_at) if slot.deadline_at else None,
        "closed": slot.score is not None,
    }
