"""Cards, candidates and situations for tests that need no database."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from quizzes.calendar import StudyDay
from quizzes.memory import fsrs
from quizzes.memory.first_sight import Items, Population
from quizzes.schedule.candidates import list_candidates
from quizzes.schedule.facts import CardColumns, ExamAhead, ItemBank, Situation, days_since

TODAY = StudyDay(date(2026, 3, 4), datetime(2026, 3, 4, 4, tzinfo=UTC), datetime(2026, 3, 5, 4, tzinfo=UTC))
EXAM = ExamAhead("Exam", TODAY.begins_at + timedelta(days=10), {"l2": 1, "dropout": 1}, course=1)


@dataclass(frozen=True)
class Asked:
    """A card as a test tells it; of an item of its own unless told otherwise."""

    stability: float | None = None
    difficulty: float | None = None
    last_review_on: date | None = None
    due: bool = False
    answered: bool = False
    concept: str = "l2"
    first_rating: int | None = None
    resting: bool = False
    read: bool = False


NEW = Asked()


def seen(days_ago: int, stability: float, *, due_in: int = 0, answered: bool = False) -> Asked:
    """A card that was last answered `days_ago` and comes due `due_in` days after today's study day begins."""
    return Asked(stability, 5.0, TODAY.date - timedelta(days=days_ago), due=due_in < 1, answered=answered)


def key(number: int) -> str:
    """The key of the card with this number."""
    return uuid.UUID(int=number).hex


def columns(*cards: Asked, same_item: bool = False) -> CardColumns:
    """The cards with ids 1, 2, …, each of an item of its own, or all of one with facets a, b, …."""
    count = len(cards)
    items = np.zeros(count, dtype=np.int64) if same_item else np.arange(count)
    bank = ItemBank(
        courses=np.ones(count, dtype=np.int64),
        topics=[(card.concept, "single_choice") for card in cards],
        seconds=np.full(count, 30.0),
        guess_rate=np.full(count, 0.25),
        places={},
        item_at=items,
        known=Items(np.zeros(count, np.int64), np.full(count, 0.25), np.zeros(count), np.ones(count)),
        concepts=1,
        populations={1: Population()},
    )
    return CardColumns(
        bank,
        items,
        np.array(["abcdefgh"[at] if same_item else "" for at in range(count)], dtype=object),
        np.array([key(at + 1) for at in range(count)], dtype=object),
        np.array([card.stability for card in cards], dtype=np.float64),
        np.array([card.difficulty for card in cards], dtype=np.float64),
        np.array([days_since(card.last_review_on, TODAY.date) for card in cards], dtype=np.float64),
        np.array([card.due for card in cards], dtype=bool),
        np.array([card.answered for card in cards], dtype=bool),
        np.array([card.first_rating for card in cards], dtype=np.float64),
        np.array([card.resting for card in cards], dtype=bool),
        np.array([card.read for card in cards], dtype=bool),
    )


def situation(*cards: Asked, exams: tuple[ExamAhead, ...] = (EXAM,), minutes: int = 20) -> Situation:
    """A student with these cards, each of an item of its own."""
    return Situation(TODAY, list_candidates(columns(*cards)), exams, minutes, 0.9, fsrs.DEFAULT_PARAMETERS)
