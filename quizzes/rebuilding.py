"""Memory states from the review log alone: on a healthy database this changes nothing."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from quizzes import reviewing
from quizzes.memory import fsrs
from quizzes.memory.rating import Rating
from quizzes.models import Card, Review, ReviewEvent

CARDS_AT_ONCE = 20_000
MAX_SHOWN = 20


@dataclass
class Rebuilt:
    """What a rebuild went through, and the cards whose stored state was not the fold of the log."""

    students: int = 0
    cards: int = 0
    reviews: int = 0
    different: int = 0
    examples: list[str] = field(default_factory=list)


def rebuild(
    student: Any = None, *, repair: bool = True, progress: Callable[[Rebuilt], None] = lambda so_far: None
) -> Rebuilt:
    """Replay the log of one student, or of everyone, into card states; write those that differ if `repair`.

    One transaction and a fixed number of queries a student (for each 20,000 cards), in bounded memory; the others go
    on answering meanwhile. `progress` is called after each student.
    """
    report = Rebuilt()
    students = get_user_model().objects.filter(cards__isnull=False).distinct().order_by("pk")
    for one in [student] if student is not None else students.iterator(chunk_size=500):
        with transaction.atomic():
            reviewing.lock_journal(one, timezone.now())
            for cards in _chunks(one):
                _rebuild(one, cards, report, repair=repair)
        report.students += 1
        progress(report)
    return report


def _chunks(student: Any) -> Iterator[dict[uuid.UUID, Card]]:
    cards = Card.objects.filter(student=student).order_by("pk").select_related("item").iterator(CARDS_AT_ONCE)
    while chunk := list(itertools.islice(cards, CARDS_AT_ONCE)):
        yield {card.pk: card for card in chunk}


def _rebuild(student: Any, cards: dict[uuid.UUID, Card], report: Rebuilt, *, repair: bool) -> None:
    before = {pk: _state(card) for pk, card in cards.items()}
    first, last = min(cards), max(cards)
    report.reviews += _replay(cards, _log(student, first, last))
    _flags(student, cards, first, last)
    for card in cards.values():
        card.due_at = reviewing.due(student, card)
    different = [card for pk, card in cards.items() if _state(card) != before[pk]]
    report.cards += len(cards)
    report.different += len(different)
    for card in different[: MAX_SHOWN - len(report.examples)]:
        changes = [
            f"{name} {was} is {now}"
            for name, was, now in zip(reviewing.CARD_STATE, before[card.pk], _state(card), strict=True)
            if was != now
        ]
        report.examples.append(f"{student}, {card}: {', '.join(changes)}")
    if repair and different:
        Card.objects.bulk_update(different, reviewing.CARD_STATE, batch_size=500)


def _state(card: Card) -> tuple[Any, ...]:
    return tuple(getattr(card, name) for name in reviewing.CARD_STATE)


def _log(student: Any, first: uuid.UUID, last: uuid.UUID) -> list[tuple[Any, ...]]:
    """(card, occurred_at, event id, study date, rating) of each review that counts: card by card, in order of time."""
    rows = Review.objects.filter(
        card__student=student, card__gte=first, card__lte=last, event__undone=False
    ).values_list("card_id", "event__occurred_at", "event__event_id", "event__study_date", "rating")
    return sorted(rows)


def _replay(cards: dict[uuid.UUID, Card], log: list[tuple[Any, ...]]) -> int:
    """Set each card's memory to the fold of its reviews; how many there were."""
    for card in cards.values():
        card.stability = card.difficulty = card.last_rating = None
        card.reviews = card.lapses = 0
        card.last_review_at = card.last_review_on = card.last_event = None
    if not log:
        return 0
    owners = [row[0] for row in log]
    ratings = np.array([row[4] for row in log])
    days = np.array([row[3].toordinal() for row in log])
    begins = np.flatnonzero([True, *(a != b for a, b in itertools.pairwise(owners))])
    lengths = np.diff([*begins, len(log)])
    elapsed = np.maximum(np.diff(days, prepend=days[0]), 0)
    elapsed[begins] = 0
    stability, difficulty = fsrs.replay(ratings, elapsed.astype(float), lengths)
    again = ratings == Rating.AGAIN
    again[begins] = False  # a card that is new has nothing to forget
    lapses = np.add.reduceat(again, begins)
    for at, begin in enumerate(begins):
        _, occurred_at, event, study_date, rating = log[begin + lengths[at] - 1]
        card = cards[owners[begin]]
        card.stability, card.difficulty = float(stability[at]), float(difficulty[at])
        card.reviews, card.lapses = int(lengths[at]), int(lapses[at])
        card.last_review_at, card.last_review_on = occurred_at, study_date
        card.last_event, card.last_rating = event, rating
    return len(log)


def _flags(student: Any, cards: dict[uuid.UUID, Card], first: uuid.UUID, last: uuid.UUID) -> None:
    """Set suspended and buried as the cards' own events say."""
    for card in cards.values():
        card.suspended, card.buried_until = False, None
    events = ReviewEvent.objects.filter(student=student, card__gte=first, card__lte=last, undone=False)
    for event in sorted(events, key=lambda event: (event.occurred_at, event.event_id)):
        assert event.card_id is not None
        reviewing.flag(student, cards[event.card_id], event)
