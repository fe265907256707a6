"""The concept graph as one student knows it: the map, and a concept with what was answered about it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from questions.models import Concept, ConceptEdge, Course, Item
from quizzes.calendar import study_day
from quizzes.memory import fsrs
from quizzes.memory.concepts import Mastery
from quizzes.models import Card, Presentation, Review
from quizzes.progress import concept_map, progress
from quizzes.reviews import change_log

ANSWERS = 5
"""The newest answers to an item that its history shows."""


@dataclass(frozen=True)
class Known:
    """A concept, and how well the student knows it; None of a visitor, and before anything about it was planned."""

    concept: Concept
    mastery: Mastery | None

    @property
    def begun(self) -> bool:
        """Whether anything about it was answered."""
        return self.mastery is not None and self.mastery.mastery > 0

    @property
    def percent(self) -> int:
        """For a meter, 0-100."""
        return round(100 * self.mastery.mastery) if self.mastery else 0


def known(student: Any) -> list[Known]:
    """The concepts that the student's cards ask, in the order of their courses; a fixed number of queries."""
    found = progress.mastery(student)
    concepts = Concept.objects.filter(slug__in=found).order_by("course", "position", "id")
    return [Known(concept, found[concept.slug]) for concept in concepts]


@dataclass(frozen=True)
class Map:
    """A course's concepts in the drawing of what needs what."""

    course: Course
    drawing: concept_map.Drawing
    known: dict[str, Known]


def maps(student: Any | None) -> list[Map]:
    """The map of each course that has concepts, with the mastery of a student; a fixed number of queries."""
    found = progress.mastery(student) if student else {}
    concepts: dict[int, list[Concept]] = defaultdict(list)
    for concept in Concept.objects.select_related("lesson"):
        concepts[concept.course_id].append(concept)
    needs: dict[int, list[tuple[str, str]]] = defaultdict(list)
    edges = ConceptEdge.objects.filter(kind=ConceptEdge.Kind.PREREQUISITE, target__course=F("source__course"))
    rows = edges.order_by("source__position", "pk").values_list("source__course", "target__slug", "source__slug")
    for course, before, after in rows:
        needs[course].append((before, after))
    return [
        Map(
            course,
            concept_map.draw([one.slug for one in concepts[course.pk]], needs[course.pk]),
            {one.slug: Known(one, found.get(one.slug)) for one in concepts[course.pk]},
        )
        for course in Course.objects.filter(pk__in=concepts).order_by("pk")
    ]


@dataclass(frozen=True)
class Around:
    """A concept with its neighbours: what it needs first, what needs it, what it practises, and what practises it."""

    known: Known
    needs: list[Known]
    leads_to: list[Known]
    practises: list[tuple[Known, float]]
    practised_by: list[tuple[Known, float]]


def around(concept: Concept, student: Any | None) -> Around:
    """The concept and its neighbours in the graph; a fixed number of queries."""
    found = progress.mastery(student) if student else {}
    edges = ConceptEdge.objects.filter(Q(source=concept) | Q(target=concept)).select_related("source", "target")
    beside: dict[tuple[str, bool], list[tuple[Known, float]]] = defaultdict(list)
    for edge in edges.order_by("pk"):
        outward = edge.source_id == concept.pk
        other = edge.target if outward else edge.source
        beside[edge.kind, outward].append((Known(other, found.get(other.slug)), edge.weight))
    needs, practises = ConceptEdge.Kind.PREREQUISITE, ConceptEdge.Kind.ENCOMPASSES
    return Around(
        Known(concept, found.get(concept.slug)),
        needs=[known for known, _ in beside[needs, True]],
        leads_to=[known for known, _ in beside[needs, False]],
        practises=beside[practises, True],
        practised_by=beside[practises, False],
    )


@dataclass(frozen=True)
class Answer:
    """An answer to an item; `event` leads to its feedback, None of one that was brought along from elsewhere."""

    at: datetime
    score: float
    event: uuid.UUID | None

    @property
    def outcome(self) -> str:
        """In a word."""
        return "right" if self.score >= 1 else "partly" if self.score > 0 else "wrong"


@dataclass(frozen=True)
class Met:
    """An item that the student has answered: the newest answers first, recall now (0-1) and when it comes back.

    `fresh`: answered today, when recall says nothing yet.
    """

    item: Item
    stem: str
    answers: list[Answer]
    recall: float
    fresh: bool
    due_at: datetime | None
    suspended: bool


@dataclass(frozen=True)
class History:
    """What the student met of a concept's items, the weakest first, and how many there are to come."""

    met: list[Met]
    to_come: int


def history(concept: Concept, student: Any, *, now: datetime | None = None) -> History:
    """What the student answered about the concept; a fixed number of queries, and rows by its items alone."""
    today = study_day(student, now or timezone.now()).date
    cards: dict[int, list[Card]] = defaultdict(list)
    seen = (
        Card.objects.filter(student=student, item__concepts=concept).select_related("item").order_by("item__position")
    )
    for card in seen:
        cards[card.item_id].append(card)
    cards = {item: own for item, own in cards.items() if any(card.reviews for card in own)}
    given = answers([card for own in cards.values() for card in own])
    asked = stems({item: last for item, (last, _) in given.items()})
    w = change_log.parameters(student)
    met = [
        Met(
            item=own[0].item,
            stem=asked.get(item, ""),
            answers=given[item][1] if item in given else [],
            recall=_recall(own, today, w),
            fresh=any(card.last_review_on == today for card in own),
            due_at=min((card.due_at for card in own if card.due_at), default=None),
            suspended=all(card.suspended for card in own) or own[0].item.retired_at is not None,
        )
        for item, own in cards.items()
    ]
    waiting = Item.objects.published().filter(concepts=concept).exclude(pk__in=list(cards)).count()
    return History(sorted(met, key=lambda one: one.recall), waiting)


def answers(cards: Sequence[Card], newest: int = ANSWERS) -> dict[int, tuple[uuid.UUID | None, list[Answer]]]:
    """By item: the presentation that was answered last, and the `newest` answers; one query."""
    place = Window(RowNumber(), partition_by=[F("card")], order_by=[F("event__occurred_at").desc(), F("pk").desc()])
    log = Review.objects.filter(card__in=cards, practice=0, event__undone=False).annotate(place=place)
    rows = (
        log.filter(place__lte=newest)
        .order_by("-event__occurred_at", "-event__sequence")
        .values_list(
            "card__item",
            "event__pk",
            "event__event_id",
            "event__presentation",
            "event__occurred_at",
            "event__score",
            "score",
        )
    )
    found: dict[int, dict[int, tuple[uuid.UUID | None, Answer]]] = defaultdict(dict)
    for item, pk, event, presentation, at, whole, score in rows:
        # A match set's answer is a line for each of its pairs.
        answer = Answer(at, score if whole is None else whole, event if presentation else None)
        found[item].setdefault(pk, (presentation, answer))
    return {
        item: (
            next((presentation for presentation, _ in lines.values() if presentation), None),
            [answer for _, answer in lines.values()][:newest],
        )
        for item, lines in found.items()
    }


def stems(last: Mapping[int, uuid.UUID | None]) -> dict[int, str]:
    """What was asked in these presentations, by item, with the numbers that the student had; one query."""
    prompts = Presentation.objects.filter(pk__in=[pk for pk in last.values() if pk]).values_list("pk", "prompt")
    asked = {pk: prompt["stem"] for pk, prompt in prompts}
    return {item: asked[pk] for item, pk in last.items() if pk}


def _recall(cards: Sequence[Card], today: date, w: Sequence[float]) -> float:
    """The mean recall of an item's cards that were seen."""
    known = [(max((today - card.last_review_on).days, 0), card.stability) for card in cards if card.last_review_on]
    elapsed, stability = np.array([(days, S) for days, S in known if S], dtype=float).reshape(-1, 2).T
    return float(fsrs.retrievability(elapsed, stability, w).mean()) if len(stability) else 0.0
