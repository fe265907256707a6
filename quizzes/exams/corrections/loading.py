"""The answers to a version, as they are stored and count."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import BinaryField, ExpressionWrapper, F, QuerySet

from questions.models import ItemVersion
from quizzes.models import Card, CorrectedAnswer, Presentation, Review, ReviewEvent, Slot
from quizzes.models.packed_json import read_member
from quizzes.models.statements import Prepared, identifier, number

_CARD = attrgetter("card.int")
"""The numbers of identifiers compare faster than the identifiers."""


class Line(NamedTuple):
    """A line of a card's log: its rating and score, what was predicted, and its weight where it is one of practice."""

    card: uuid.UUID
    rating: int
    score: float
    predicted: float | None
    practice: float


class Standing(NamedTuple):
    """What of an answer counts: its score (None: void), what it practises along, and its lines."""

    score: float | None
    practice: int | None
    lines: tuple[Line, ...]
    """In the order of their cards."""


class Answered(NamedTuple):
    """The columns of an answer that is stored."""

    pk: int
    student: int
    put: Any
    """What grading needs of its presentation."""
    response: Any
    confidence: int | None
    duration_ms: int
    hints_used: int
    score: float | None
    practice: int | None
    undone: bool
    superseded: bool
    event: uuid.UUID
    occurred_at: datetime
    study_date: date
    grade: bytes | str | None
    """The grade that was first said, as it is stored: most are never read."""

    @property
    def was_corrected(self) -> bool:
        """Whether corrections were in force when it was first graded."""
        return self.grade is not None and bool(read_member(self.grade, "corrections"))


@dataclass
class StoredAnswer:
    """An answer, with its lines, and what earlier corrections made of it."""

    answered: Answered
    lines: dict[uuid.UUID, tuple[int, Line]]
    """By card, with their keys."""
    corrected: CorrectedAnswer | None

    @property
    def counts(self) -> bool:
        """Whether it is neither undone nor superseded."""
        return not (self.answered.undone or self.answered.superseded)

    @cached_property
    def standing(self) -> Standing:
        """What counts now."""
        return Standing(self.answered.score, self.answered.practice, in_order(line for _, line in self.lines.values()))


def in_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return lines in the order of their cards."""
    return tuple(sorted(lines, key=_CARD))


@dataclass
class Answers:
    """What some students answered to a version, and where it was put in sittings."""

    version: ItemVersion
    cards: dict[int, dict[str, uuid.UUID]]
    """The cards of the item, by student and facet."""
    answers: list[StoredAnswer] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    """Those that are graded, with their sittings."""


def load_answers(version: ItemVersion, students: Collection[int]) -> Answers:
    """Load the answers of some students to a version; four queries."""
    loaded = Answers(version, defaultdict(dict))
    for pk, student, facet in _CARDS.run(item=version.item_id, students=students):
        loaded.cards[student][facet] = pk
    keys = [card for of_student in loaded.cards.values() for card in of_student.values()]
    rows = _ANSWERS.run(version=version.pk, cards=keys)
    lines = _load_lines([row[0] for row in rows])
    for *columns, sequence, plain in rows:
        answered = Answered(*columns)
        corrected = None
        if sequence is not None:
            corrected = CorrectedAnswer(event_id=answered.pk, student_id=answered.student, plain=plain)
        loaded.answers.append(StoredAnswer(answered, lines.get(answered.pk, {}), corrected))
    loaded.slots = _SLOTS.run(version=version.pk, cards=keys)
    for slot in loaded.slots:
        slot.presentation = Presentation(pk=slot.presentation_id, version=version, answer=vars(slot)["put"])
    return loaded


_CARDS = Prepared(
    lambda: Card.objects.filter(item=number("item"), student__in=number("students", many=True)).values_list(
        "pk", "student", "facet"
    )
)


def _build_answers() -> QuerySet[ReviewEvent, tuple[Any, ...]]:
    answers = ReviewEvent.objects.filter(
        type=ReviewEvent.Type.REVIEW,
        presentation__version=number("version"),
        presentation__card__in=identifier("cards", many=True),
    )
    return answers.values_list(
        *("pk", "student", "presentation__answer", "response", "confidence", "duration_ms", "hints_used", "score"),
        *("practice", "undone", "superseded", "event_id", "occurred_at", "study_date"),
        ExpressionWrapper(F("grade"), BinaryField()),
        *("corrected__sequence", "corrected__plain"),
    )


def _build_slots() -> QuerySet[Slot]:
    graded = Slot.objects.filter(
        score__isnull=False,
        presentation__in_sitting=True,
        presentation__version=number("version"),
        presentation__card__in=identifier("cards", many=True),
    )
    return graded.select_related("sitting__exam").annotate(put=F("presentation__answer"))


_ANSWERS = Prepared(_build_answers)
_SLOTS = Prepared(_build_slots)


def _build_lines() -> QuerySet[Review, tuple[Any, ...]]:
    lines = Review.objects.filter(event__in=number("events", many=True))
    return lines.values_list("event", "pk", "card", "rating", "score", "predicted", "practice")


_LINES = Prepared(_build_lines)


def _load_lines(events: Collection[int]) -> Mapping[int, dict[uuid.UUID, tuple[int, Line]]]:
    lines: dict[int, dict[uuid.UUID, tuple[int, Line]]] = defaultdict(dict)
    for event, pk, *columns in _LINES.run(events=events) if events else []:
        line = Line(*columns)
        lines[event][line.card] = pk, line
    return lines
