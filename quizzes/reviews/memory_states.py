"""Card states as the fold of their logs: a step for an answer, whole logs for what came late, the same bits by both."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from quizzes.calendar import day_begins, study_day
from quizzes.memory import fsrs
from quizzes.memory.rating import Rating
from quizzes.memory.timeline import Line, Moved, move, timeline
from quizzes.models import Card, Review, ReviewEvent, Student

CARD_STATE = [
    "stability",
    "difficulty",
    "reviews",
    "lapses",
    "last_rating",
    "last_review_at",
    "last_review_on",
    "practised_on",
    "last_event_at",
    "last_event",
    "due_at",
    "suspended",
    "buried_until",
]
FLAGS = (ReviewEvent.Type.BURY, ReviewEvent.Type.SUSPEND, ReviewEvent.Type.RESUME)
RELEARN_AFTER = timedelta(minutes=10)
"""A forgotten card comes back the same day, after this."""
MAX_INTERVAL_DAYS = 3650

LINE = ("card_id", "event__occurred_at", "event__event_id", "event__study_date", "rating", "practice")
"""What of a stored review is a line of its card's log."""


def line(review: Review) -> Line:
    """A review that is not stored yet as a line of its card's log."""
    event = review.event
    return review.card_id, event.occurred_at, event.event_id, event.study_date, review.rating, review.practice


def step(reviews: Sequence[Review], event: ReviewEvent, w: Sequence[float]) -> list[Card]:
    """One event's reviews, each a step of its card, which must not have seen a later one; the cards that moved."""
    counted: list[tuple[Card, Review, Moved]] = []
    for review in reviews:
        card = review.card
        if moved := move(card.last_review_on, card.practised_on, event.study_date, review.practice):
            counted.append((card, review, moved))
    if not counted:
        return []
    S = np.array([np.nan if card.stability is None else card.stability for card, _, _ in counted])
    D = np.array([np.nan if card.difficulty is None else card.difficulty for card, _, _ in counted])
    elapsed = np.array([moved.elapsed for _, _, moved in counted], dtype=float)
    practice = np.array([review.practice for _, review, _ in counted])
    next_S, next_D = fsrs.step(S, D, elapsed, np.array([review.rating for _, review, _ in counted]), w)
    if practice.any():
        next_S = np.where(practice > 0, fsrs.practise(S, D, elapsed, practice, w), next_S)
        next_D = np.where(practice > 0, D, next_D)
    for (card, review, moved), stability, difficulty in zip(counted, next_S, next_D, strict=True):
        if not review.practice:
            card.lapses += int(review.rating == Rating.AGAIN and card.stability is not None)
            card.reviews += 1
            card.last_review_at, card.last_rating = event.occurred_at, review.rating
        card.stability, card.difficulty = float(stability), float(difficulty)
        card.last_review_on, card.practised_on = moved.counted_from, moved.practised_on
        card.last_event_at, card.last_event = event.occurred_at, event.event_id
    return [card for card, _, _ in counted]


def replay(cards: Mapping[Any, Card], log: Iterable[Line], w: Sequence[float]) -> None:
    """Set each card's memory to the fold of its lines, from nothing. `log` holds those of all `cards`, sorted."""
    for card in cards.values():
        card.stability = card.difficulty = card.last_rating = None
        card.reviews = card.lapses = 0
        card.last_review_at = card.last_review_on = card.last_event_at = card.last_event = card.practised_on = None
    found = timeline(log)
    if not found.cards:
        return
    ratings = np.array([line[4] for line in found.lines])
    practice = np.array([line[5] for line in found.lines])
    S, D = fsrs.replay(ratings, np.array(found.elapsed, dtype=float), found.lengths, w, practice=practice)
    ends = np.cumsum(found.lengths)
    begins = np.concatenate([[0], ends[:-1]])
    asked = practice == 0
    again = asked & (ratings == Rating.AGAIN)
    again[begins] = False  # a card that is new has nothing to forget
    reviews = np.add.reduceat(asked, begins, dtype=int)
    lapses = np.add.reduceat(again, begins, dtype=int)
    latest = np.maximum.accumulate(np.where(asked, np.arange(ratings.size), -1))[ends - 1]
    for at, pk in enumerate(found.cards):
        card, clock = cards[pk], found.clocks[at]
        card.stability, card.difficulty = float(S[at]), float(D[at])
        card.reviews, card.lapses = int(reviews[at]), int(lapses[at])
        _, card.last_review_at, _, _, card.last_rating, _ = found.lines[latest[at]]
        _, card.last_event_at, card.last_event, _, _, _ = found.lines[ends[at] - 1]
        card.last_review_on, card.practised_on = clock.counted_from, clock.practised_on


def predict(card: Card, on: date, guess_rate: float, w: Sequence[float]) -> float | None:
    """P(correct) of `card` on study day `on`, luck included; None for a card that is new."""
    if card.stability is None or card.last_review_on is None:
        return None
    days = max((on - card.last_review_on).days, 0)
    recall = fsrs.retrievability(days, card.stability, w)
    return float(fsrs.expected_correct(recall, guess_rate))


def due(student: Student, card: Card, w: Sequence[float]) -> datetime | None:
    """When the card comes due: soon after a lapse, else at the start of the study day on which its interval ends."""
    if card.stability is None or card.last_review_at is None or card.last_review_on is None:
        return None
    if card.last_rating == Rating.AGAIN:
        return card.last_review_at + RELEARN_AFTER
    interval = float(fsrs.interval(card.stability, student.desired_retention, w))
    days = min(max(round(interval), 1), MAX_INTERVAL_DAYS)
    return day_begins(student, card.last_review_on + timedelta(days=days))


def fold_flags(student: Student, cards: Mapping[uuid.UUID, Card], events: Iterable[ReviewEvent]) -> None:
    """Set suspended and buried as the cards' bury, suspend and resume events say in their order, from nothing."""
    for card in cards.values():
        card.suspended, card.buried_until = False, None
    for event in sorted(events, key=lambda event: (event.occurred_at, event.event_id)):
        assert event.card_id is not None
        card = cards[event.card_id]
        if event.type == ReviewEvent.Type.BURY:
            card.buried_until = study_day(student, event.occurred_at).ends_at
        elif event.type == ReviewEvent.Type.SUSPEND:
            card.suspended = True
        else:
            card.suspended, card.buried_until = False, None
