"""Card states as the fold of their logs: one step for an answer, whole logs for what came late, to the same bits."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from quizzes.calendar import day_begins
from quizzes.memory import fsrs
from quizzes.memory.rating import Rating
from quizzes.memory.timeline import ClockStep, LogLine, build_timeline, step_clock
from quizzes.models import Card, CardCheckpoint, Review, ReviewEvent, Student
from quizzes.reviews.checkpoints import restore

CARD_STATE = [
    "stability",
    "difficulty",
    "reviews",
    "lapses",
    "first_rating",
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
"""The fields of a card that are folded from the log."""
FLAGS = (ReviewEvent.Type.BURY, ReviewEvent.Type.SUSPEND, ReviewEvent.Type.RESUME)
RELEARN_AFTER = timedelta(minutes=10)
"""A forgotten card comes back the same day, after this."""
MAX_INTERVAL_DAYS = 3650


# The log

COLUMNS = ("card_id", "event__occurred_at", "event__event_id", "event__study_date", "rating", "practice")
"""Of a review: a line of its card's log."""
_GUESS_RATE = Coalesce("event__presentation__guess_rate", 0.0)


def load_log(reviews: QuerySet[Review], *, with_guess_rates: bool = False) -> list[LogLine]:
    """Return stored reviews as lines of their cards' logs; one query.

    What was undone is the caller's to leave out. `with_guess_rates` reads those of the reviews too.
    """
    columns = (*COLUMNS, _GUESS_RATE) if with_guess_rates else COLUMNS
    return [LogLine(*row) for row in reviews.values_list(*columns)]


def sort_log(*logs: Iterable[LogLine]) -> list[LogLine]:
    """Return the lines of several logs together, card by card, each card's in order of time."""
    # The numbers of identifiers compare faster than the identifiers.
    return sorted(itertools.chain(*logs), key=lambda line: (line.card.int, line.occurred_at, line.event.int))


class Step(NamedTuple):
    """What an event is to a card: a review, or with a weight in (0, 1] an implicit one."""

    card: Card
    rating: int
    practice: float = 0.0

    def line(self, event: ReviewEvent) -> LogLine:
        """Return it as a line of the card's log."""
        return LogLine(self.card.pk, event.occurred_at, event.event_id, event.study_date, self.rating, self.practice)


# The fold


@dataclass
class Stepping:
    """Cards on which events are stepped, one after the other: their clocks at once, their memories by `settle`.

    That computes the first steps of all cards together, then their second ones, and so on, to the same bits as one
    event after the other.
    """

    _waves: list[list[tuple[Card, Step, int]]] = field(default_factory=list)
    """The k-th steps of the cards that wait, each with the days that have passed since the one before."""
    _waiting: dict[uuid.UUID, int] = field(default_factory=dict)
    """How many steps of a card are not computed yet."""

    def waits(self, card: Card) -> bool:
        """Whether the card's stability and difficulty are those of before its last event."""
        return card.pk in self._waiting

    def is_new(self, card: Card) -> bool:
        """Whether the card was never reviewed."""
        return card.stability is None and card.pk not in self._waiting

    def add(self, reviews: Iterable[Step], event: ReviewEvent) -> list[Card]:
        """Move the cards of one event's reviews one step on, none of which may have seen a later event.

        Return the cards that moved: practice of a card that is new, or a second one on a day, moves nothing.
        """
        moved = []
        for review in reviews:
            card = review.card
            clock = step_clock(card.last_review_on, card.practised_on, event.study_date, review.practice)
            if clock is None:
                continue
            if not review.practice:
                card.lapses += int(review.rating == Rating.AGAIN and not self.is_new(card))
                card.first_rating = card.first_rating or review.rating
                card.reviews += 1
                card.last_review_at, card.last_rating = event.occurred_at, review.rating
            card.last_review_on, card.practised_on = clock.counted_from, clock.practised_on
            card.last_event_at, card.last_event = event.occurred_at, event.event_id
            wave = self._waiting.get(card.pk, 0)
            self._waiting[card.pk] = wave + 1
            if wave == len(self._waves):
                self._waves.append([])
            self._waves[wave].append((card, review, clock.elapsed))
            moved.append(card)
        return moved

    def settle(self, w: Sequence[float]) -> None:
        """Compute the memories of all cards that wait."""
        for wave in self._waves:
            _settle(wave, w)
        self._waves.clear()
        self._waiting.clear()


def _settle(steps: Sequence[tuple[Card, Step, int]], w: Sequence[float]) -> None:
    """Compute a step of each card."""
    S = np.array([_or_nan(card.stability) for card, _, _ in steps])
    D = np.array([_or_nan(card.difficulty) for card, _, _ in steps])
    elapsed = np.array([days for _, _, days in steps], dtype=float)
    practice = np.array([review.practice for _, review, _ in steps])
    next_S, next_D = fsrs.step(S, D, elapsed, np.array([review.rating for _, review, _ in steps]), w)
    if practice.any():
        next_S = np.where(practice > 0, fsrs.practise(S, D, elapsed, practice, w), next_S)
        next_D = np.where(practice > 0, D, next_D)
    for (card, _, _), stability, difficulty in zip(steps, next_S.tolist(), next_D.tolist(), strict=True):
        card.stability, card.difficulty = stability, difficulty


def step(reviews: Iterable[Step], event: ReviewEvent, w: Sequence[float]) -> None:
    """Move the cards of one event's reviews one step on, none of which may have seen a later event."""
    stepping = Stepping()
    stepping.add(reviews, event)
    stepping.settle(w)


def replay(
    cards: Mapping[uuid.UUID, Card],
    log: Iterable[LogLine],
    w: Sequence[float],
    checkpoints: Mapping[uuid.UUID, CardCheckpoint] = MappingProxyType({}),
) -> None:
    """Set each card's memory to the fold of its lines, from its checkpoint or from nothing.

    `log` holds the lines of all `cards`, sorted; of those with a checkpoint the lines since.
    """
    for pk, card in cards.items():
        if pk in checkpoints:
            restore(card, checkpoints[pk])
        else:
            _forget(card)
    timeline = build_timeline(log, {pk: _clock(cards[pk]) for pk in checkpoints})
    if not timeline.cards:
        return
    ratings = np.array([line.rating for line in timeline.lines], dtype=np.int8)
    practice = np.array([line.practice for line in timeline.lines])
    elapsed, before = np.array(timeline.elapsed, dtype=np.int32), [cards[pk] for pk in timeline.cards]
    start = [_or_nan(card.stability) for card in before], [_or_nan(card.difficulty) for card in before]
    S, D = fsrs.replay(ratings, elapsed, timeline.lengths, w, practice=practice, start=start)
    ends = np.cumsum(timeline.lengths)
    begins = np.concatenate([[0], ends[:-1]])
    asked = practice == 0
    again = asked & (ratings == Rating.AGAIN)
    again[begins] &= ~np.isnan(start[0])  # a card that is new has nothing to forget
    reviews = np.add.reduceat(asked, begins, dtype=int)
    lapses = np.add.reduceat(again, begins, dtype=int)
    last_asked = np.maximum.accumulate(np.where(asked, np.arange(ratings.size), -1))[ends - 1]
    for at, (pk, clock) in enumerate(zip(timeline.cards, timeline.clocks, strict=True)):
        card, last_line = cards[pk], timeline.lines[ends[at] - 1]
        card.stability, card.difficulty = float(S[at]), float(D[at])
        card.reviews, card.lapses = card.reviews + int(reviews[at]), card.lapses + int(lapses[at])
        if reviews[at]:
            # A card that is new has a review first: practice of it does not count.
            card.first_rating = card.first_rating or timeline.lines[begins[at]].rating
            last_review = timeline.lines[last_asked[at]]
            card.last_review_at, card.last_rating = last_review.occurred_at, last_review.rating
        card.last_event_at, card.last_event = last_line.occurred_at, last_line.event
        card.last_review_on, card.practised_on = clock.counted_from, clock.practised_on


def _clock(card: Card) -> ClockStep:
    """The clock of a card that was reviewed."""
    assert card.last_review_on is not None
    return ClockStep(0, card.last_review_on, card.practised_on)


def _or_nan(number: float | None) -> float:
    return np.nan if number is None else number


def _forget(card: Card) -> None:
    """Set the card's memory to that of a new card."""
    card.stability = card.difficulty = card.first_rating = card.last_rating = None
    card.reviews = card.lapses = 0
    card.last_review_at = card.last_review_on = card.last_event_at = card.last_event = card.practised_on = None


def fold_flags(cards: Mapping[uuid.UUID, Card], events: Iterable[ReviewEvent]) -> None:
    """Set suspended and buried as the cards' bury, suspend and resume events say in their order, from nothing."""
    for card in cards.values():
        card.suspended, card.buried_until = False, None
    for event in sorted(events, key=lambda event: (event.occurred_at, event.event_id)):
        assert event.card_id is not None
        card = cards[event.card_id]
        if event.type == ReviewEvent.Type.BURY:
            card.buried_until = event.buried_until
        elif event.type == ReviewEvent.Type.SUSPEND:
            card.suspended = True
        else:
            card.suspended, card.buried_until = False, None


# What follows from a state


def predict(card: Card, on: date, guess_rate: float, w: Sequence[float]) -> float | None:
    """Return P(correct) of `card` on study day `on`, luck included; None for a card that is new."""
    if card.stability is None or card.last_review_on is None:
        return None
    days = max((on - card.last_review_on).days, 0)
    recall = fsrs.retrievability(days, card.stability, w)
    return float(fsrs.expected_correct(recall, guess_rate))


def due(student: Student, card: Card, w: Sequence[float]) -> datetime | None:
    """Return when the card comes due; None for a card that is new.

    That is soon after a lapse, else at the start of the study day on which its interval ends.
    """
    if card.stability is None or card.last_review_at is None or card.last_review_on is None:
        return None
    if card.last_rating == Rating.AGAIN:
        return card.last_review_at + RELEARN_AFTER
    interval = float(fsrs.interval(card.stability, student.desired_retention, w))
    days = min(max(round(interval), 1), MAX_INTERVAL_DAYS)
    return day_begins(student, card.last_review_on + timedelta(days=days))
