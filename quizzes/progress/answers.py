"""What a student answered about a concept, item by item."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from questions.models import Concept, Item, outside_pools
from questions.text.places import without_places
from questions.text.words import as_title
from quizzes.calendar import study_day
from quizzes.memory import fsrs
from quizzes.models import Card, Presentation, Review, Student
from quizzes.reviews import change_log

ANSWERS = 5
"""The newest answers to an item that its history shows."""


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

    @property
    def name(self) -> str:
        """Its slug, as words: of what was answered elsewhere there is no text as it was asked."""
        return as_title(self.item.slug)


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
    waiting = Item.objects.in_practice().filter(concepts=concept).exclude(pk__in=list(by_item)).count()
    return ConceptHistory(sorted(met, key=lambda item: item.recall), waiting)


def _load_answered_cards(concept: Concept, student: Student) -> dict[int, list[Card]]:
    """The student's cards about the concept, by item; only items of which a card was answered."""
    by_item: dict[int, list[Card]] = defaultdict(list)
    about = Card.objects.filter(outside_pools("item__"), student=student, item__concepts=concept)
    cards = about.filter(item__in=about.filter(reviews__gt=0).values("item")).select_related("item")
    for card in cards.defer("item__draft", "item__loaded").order_by("item__position"):
        by_item[card.item_id].append(card)
    return by_item


@dataclass(frozen=True)
class NewestAnswers:
    """The newest answers to an item, and the presentation that was answered last: None if none was put here."""

    presentation: uuid.UUID | None
    answers: list[Answer]


def load_newest_answers(cards: Sequence[Card], newest: int = ANSWERS) -> dict[int, NewestAnswers]:
    """The `newest` answers to the items of these cards, by item; one query."""
    place = Window(RowNumber(), partition_by=[F("card")], order_by=[F("event__occurred_at").desc(), F("pk").desc()])
    log = Review.objects.counting().filter(card__in=cards, practice=0).annotate(place=place)
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
    put = Presentation.objects.filter(pk__in=[pk for pk in last.values() if pk]).select_related("version")
    asked = {shown.pk: without_places(shown.prompt["stem"]) for shown in put}
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
