"""The concept graph as one student knows it: the map, and a concept with what was answered about it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from questions.models import Concept, ConceptEdge, Course, Item
from quizzes.calendar import study_day
from quizzes.memory import fsrs
from quizzes.models import Card, Presentation, Review, Student
from quizzes.progress import concept_map
from quizzes.progress.mastery import ConceptMastery, load_mastery
from quizzes.reviews import change_log

ANSWERS = 5
"""The newest answers to an item that its history shows."""


def list_concepts(student: Student) -> list[ConceptMastery]:
    """The concepts that the student's cards ask, in the order of their courses; a fixed number of queries."""
    mastery = load_mastery(student)
    concepts = Concept.objects.filter(slug__in=mastery).order_by("course", "position", "id")
    return [ConceptMastery(concept, mastery[concept.slug]) for concept in concepts]


@dataclass(frozen=True)
class CourseMap:
    """A course's concepts in the drawing of what needs what; `known` by slug, in the order of the course."""

    course: Course
    drawing: concept_map.Drawing
    known: dict[str, ConceptMastery]


def load_maps(student: Student | None) -> list[CourseMap]:
    """The map of each course that has concepts, with the mastery of a student; a fixed number of queries."""
    mastery = load_mastery(student) if student else {}
    concepts: dict[int, list[Concept]] = defaultdict(list)
    for concept in Concept.objects.select_related("lesson"):
        concepts[concept.course_id].append(concept)
    edges = _load_prerequisites()
    return [
        CourseMap(
            course,
            concept_map.draw([concept.slug for concept in concepts[course.pk]], edges[course.pk]),
            {concept.slug: ConceptMastery(concept, mastery.get(concept.slug)) for concept in concepts[course.pk]},
        )
        for course in Course.objects.filter(pk__in=concepts).order_by("pk")
    ]


def _load_prerequisites() -> dict[int, list[tuple[str, str]]]:
    """By course: what needs what, as (the concept that comes first, the one that needs it)."""
    edges = ConceptEdge.objects.filter(kind=ConceptEdge.Kind.PREREQUISITE, target__course=F("source__course"))
    rows = edges.order_by("source__position", "pk").values_list("source__course", "target__slug", "source__slug")
    by_course: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for course, before, after in rows:
        by_course[course].append((before, after))
    return by_course


@dataclass(frozen=True)
class Neighbourhood:
    """A concept with its neighbours: what it needs first, what needs it, what it practises, and what practises it.

    A right answer about a concept counts for those it practises, as the given share (0-1) of a review.
    """

    known: ConceptMastery
    needs: list[ConceptMastery]
    leads_to: list[ConceptMastery]
    practises: list[tuple[ConceptMastery, float]]
    practised_by: list[tuple[ConceptMastery, float]]


def load_neighbourhood(concept: Concept, student: Student | None) -> Neighbourhood:
    """The concept and its neighbours in the graph; a fixed number of queries."""
    mastery = load_mastery(student) if student else {}
    edges = ConceptEdge.objects.filter(Q(source=concept) | Q(target=concept)).select_related("source", "target")
    beside: dict[tuple[str, bool], list[tuple[ConceptMastery, float]]] = defaultdict(list)
    for edge in edges.order_by("pk"):
        outward = edge.source_id == concept.pk
        other = edge.target if outward else edge.source
        beside[edge.kind, outward].append((ConceptMastery(other, mastery.get(other.slug)), edge.weight))
    needs, practises = ConceptEdge.Kind.PREREQUISITE, ConceptEdge.Kind.ENCOMPASSES
    return Neighbourhood(
        ConceptMastery(concept, mastery.get(concept.slug)),
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
class ItemHistory:
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
class ConceptHistory:
    """The items of a concept that the student has answered, the weakest first, and how many are still to come."""

    met: list[ItemHistory]
    to_come: int


def load_history(concept: Concept, student: Student, *, now: datetime | None = None) -> ConceptHistory:
    """What the student answered about the concept; a fixed number of queries, and rows by its items alone."""
    today = study_day(student, now or timezone.now()).date
    by_item = _load_answered_cards(concept, student)
    answers = load_newest_answers([card for cards in by_item.values() for card in cards])
    stems = load_stems({item: newest.presentation for item, newest in answers.items()})
    w = change_log.load_parameters(student)
    met = [
        ItemHistory(
            item=cards[0].item,
            stem=stems.get(item, ""),
            answers=answers[item].answers if item in answers else [],
            recall=_mean_recall(cards, today, w),
            fresh=any(card.last_review_on == today for card in cards),
            due_at=min((card.due_at for card in cards if card.due_at), default=None),
            suspended=all(card.suspended for card in cards) or cards[0].item.retired_at is not None,
        )
        for item, cards in by_item.items()
    ]
    waiting = Item.objects.published().filter(concepts=concept).exclude(pk__in=list(by_item)).count()
    return ConceptHistory(sorted(met, key=lambda item: item.recall), waiting)


def _load_answered_cards(concept: Concept, student: Student) -> dict[int, list[Card]]:
    """The student's cards about the concept, by item; only items of which a card was answered."""
    by_item: dict[int, list[Card]] = defaultdict(list)
    cards = Card.objects.filter(student=student, item__concepts=concept).select_related("item")
    for card in cards.order_by("item__position"):
        by_item[card.item_id].append(card)
    return {item: cards for item, cards in by_item.items() if any(card.reviews for card in cards)}


@dataclass(frozen=True)
class NewestAnswers:
    """The newest answers to an item, and the presentation that was answered last: None if none was put here."""

    presentation: uuid.UUID | None
    answers: list[Answer]


def load_newest_answers(cards: Sequence[Card], newest: int = ANSWERS) -> dict[int, NewestAnswers]:
    """The `newest` answers to the items of these cards, by item; one query."""
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
    by_item: dict[int, dict[int, tuple[uuid.UUID | None, Answer]]] = defaultdict(dict)
    for item, pk, event, presentation, at, whole, score in rows:
        # A match set's answer is a line for each of its pairs.
        answer = Answer(at, score if whole is None else whole, event if presentation else None)
        by_item[item].setdefault(pk, (presentation, answer))
    return {
        item: NewestAnswers(
            next((presentation for presentation, _ in lines.values() if presentation), None),
            [answer for _, answer in lines.values()][:newest],
        )
        for item, lines in by_item.items()
    }


def load_stems(last: Mapping[int, uuid.UUID | None]) -> dict[int, str]:
    """What was asked in these presentations, by item, with the numbers that the student had; one query."""
    prompts = Presentation.objects.filter(pk__in=[pk for pk in last.values() if pk]).values_list("pk", "prompt")
    asked = {pk: prompt["stem"] for pk, prompt in prompts}
    return {item: asked[pk] for item, pk in last.items() if pk}


def _mean_recall(cards: Sequence[Card], today: date, w: Sequence[float]) -> float:
    """The mean chance (0-1) to recall the cards that were seen; 0 where none was."""
    seen = [
        (max((today - card.last_review_on).days, 0), card.stability)
        for card in cards
        if card.last_review_on and card.stability
    ]
    if not seen:
        return 0.0
    elapsed, stability = np.array(seen, dtype=float).T
    return float(fsrs.retrievability(elapsed, stability, w).mean())
