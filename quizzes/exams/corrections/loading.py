"""The answers to a version, as they are stored and count."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.db.models import BinaryField, Case, ExpressionWrapper, F, Field, QuerySet, Subquery, TextField, When
from django.db.models.functions import Cast, Coalesce

from questions.models import ItemVersion
from quizzes.models import Card, Presentation, Regrading, ReviewEvent, Slot
from quizzes.models.packed_json import read_member, unpack_json
from quizzes.models.statements import Prepared, identifier, number


class Line(NamedTuple):
    """What counts of a line of a card's log: the card's facet, its rating and score, and its weight if of practice."""

    facet: str
    """Of a card of another item its identifier: older lines of practice have such."""
    rating: int
    score: float
    practice: float


class StoredLine(NamedTuple):
    """A line as it is stored: with its key, its card, and what was predicted."""

    pk: int
    card: uuid.UUID
    predicted: float | None
    line: Line


class Standing(NamedTuple):
    """What of an answer counts: its score (None: void), what it practises along, and its lines."""

    score: float | None
    practice: int | None
    lines: tuple[Line, ...]
    """In the order of their facets."""


class Answered(NamedTuple):
    """The columns of an answer that is stored; documents as they are stored: most are never read."""

    pk: int
    student: int
    put: bytes | str
    """What grading needs of its presentation."""
    response: str | None
    confidence: int | None
    duration_ms: int
    hints_used: int
    score: float | None
    practice: int | None
    undone: bool
    superseded: bool
    event: uuid.UUID
    at: str
    """When, as text: a driver takes longer to read an instant than everything else."""
    study_date: date
    grade: bytes | str | None
    """The grade that was first said; None where that was before there were corrections."""
    plain: str | None
    """What it counts as without corrections, once one changed that."""


@dataclass(slots=True)
class StoredAnswer:
    """An answer with its lines, and the student's cards of the item, both by facet."""

    answered: Answered
    cards: dict[str, uuid.UUID]
    lines: dict[str, StoredLine] = field(default_factory=dict)
    plain: dict[str, Any] | None = None
    """What it counts as without corrections, once one changed that."""
    names: Sequence[str] = ()
    """What its presentation called the options, where answers are alike but for that."""

    @property
    def counts(self) -> bool:
        """Whether it is neither undone nor superseded."""
        return not (self.answered.undone or self.answered.superseded)

    @property
    def standing(self) -> Standing:
        """What counts now."""
        return Standing(
            self.answered.score, self.answered.practice, in_order([each.line for each in self.lines.values()])
        )

    @property
    def occurred_at(self) -> datetime:
        """When it was given."""
        at = datetime.fromisoformat(self.answered.at)
        return at if at.tzinfo else at.replace(tzinfo=UTC)

    def card_of(self, facet: str) -> uuid.UUID:
        """Return the card of a line."""
        return self.cards[facet] if facet in self.cards else uuid.UUID(facet)

    def predicted(self, facet: str) -> float | None:
        """Return what was predicted of the line of a facet, also of one that counts no more."""
        if facet in self.lines:
            return self.lines[facet].predicted
        lines = self.plain["lines"] if self.plain else ()
        card = str(self.card_of(facet))
        return next((predicted for of, _, _, predicted, _ in lines if of == card), None)

    @property
    def put(self) -> Any:
        """What grading needs of its presentation."""
        return unpack_json(self.answered.put)

    @property
    def response(self) -> Any:
        """What was answered."""
        return json.loads(self.answered.response or "null")

    @property
    def was_corrected(self) -> bool:
        """Whether corrections were in force when it was first graded."""
        grade = self.answered.grade
        return grade is not None and bool(read_member(grade, "corrections"))


def in_order(lines: Collection[Line]) -> tuple[Line, ...]:
    """Return lines in the order of their facets."""
    return tuple(lines if len(lines) < 2 else sorted(lines))


@dataclass
class Answers:
    """What some students answered to a version, and where it was put in sittings."""

    version: ItemVersion
    answers: list[StoredAnswer]
    slots: list[Slot]
    """Those that are graded, with their sittings."""
    facets: dict[str, str]
    """Of the students' cards of the item, by their identifiers."""


def load_answers(version: ItemVersion, students: Collection[int]) -> Answers:
    """Load the answers of some students to a version; three queries."""
    cards: dict[int, dict[str, uuid.UUID]] = defaultdict(dict)
    facets: dict[uuid.UUID, str] = {}
    for pk, student, facet in _CARDS.run(item=version.item_id, students=students):
        cards[student][facet], facets[pk] = pk, facet
    answers: dict[int, StoredAnswer] = {}
    for *columns, line, card, rating, score, predicted, practice in _ANSWERS.run(version=version.pk, cards=facets):
        if (stored := answers.get(columns[0])) is None:
            answered = Answered._make(columns)
            plain = json.loads(answered.plain) if answered.plain else None
            stored = answers[answered.pk] = StoredAnswer(answered, cards[answered.student], plain=plain)
        if line is not None:
            facet = known if (known := facets.get(card)) is not None else str(card)
            stored.lines[facet] = StoredLine(line, card, predicted, Line(facet, rating, score, practice))
    slots = _SLOTS.run(version=version.pk, cards=facets)
    for slot in slots:
        slot.presentation = Presentation(pk=slot.presentation_id, version=version, answer=vars(slot)["put"])
    return Answers(version, list(answers.values()), slots, {str(card): facet for card, facet in facets.items()})


_CARDS = Prepared(
    lambda: Card.objects.filter(item=number("item"), student__in=number("students", many=True)).values_list(
        "pk", "student", "facet"
    )
)


def _build_answers() -> QuerySet[ReviewEvent, tuple[Any, ...]]:
    uncorrected = Regrading.objects.filter(version=number("version")).values("uncorrected_through")
    grade = Case(
        When(pk__gt=Coalesce(Subquery(uncorrected), 0), then=_as_stored("grade", BinaryField())),
        output_field=BinaryField(),
    )
    answers = ReviewEvent.objects.filter(
        type=ReviewEvent.Type.REVIEW,
        presentation__version=number("version"),
        presentation__card__in=identifier("cards", many=True),
    )
    return answers.values_list(
        *("pk", "student", _as_stored("presentation__answer", BinaryField()), _as_stored("response", TextField())),
        *("confidence", "duration_ms", "hints_used", "score", "practice", "undone", "superseded"),
        *("event_id", Cast("occurred_at", TextField()), "study_date", grade),
        _as_stored("corrected__plain", TextField()),
        *(f"reviews__{column}" for column in ("pk", "card", "rating", "score", "predicted", "practice")),
    )


def _as_stored(name: str, output_field: Field[Any, Any]) -> ExpressionWrapper[Any]:
    """A column of documents that are not read."""
    return ExpressionWrapper(F(name), output_field)


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
