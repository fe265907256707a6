"""Cards, candidates and situations for tests that need no database."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from quizzes.calendar import StudyDay
from quizzes.memory import fsrs
from quizzes.schedule.candidates import list_candidates
from quizzes.schedule.facts import CardFacts, ExamAhead, Situation

TODAY = StudyDay(date(2026, 3, 4), datetime(2026, 3, 4, 4, tzinfo=UTC), datetime(2026, 3, 5, 4, tzinfo=UTC))
EXAM = ExamAhead("Exam", TODAY.begins_at + timedelta(days=10), {"l2": 1, "dropout": 1})

NEW = CardFacts(
    card=uuid.UUID(int=0),
    item=1,
    facet="",
    stability=None,
    difficulty=None,
    last_review_on=None,
    due_at=None,
    last_review_at=None,
    kind="single_choice",
    seconds=30,
    concept="l2",
    guess_rate=0.25,
)


def seen(days_ago: int, stability: float, *, due_in: int = 0, **fields: object) -> CardFacts:
    """A card that was last answered `days_ago` and comes due `due_in` days after today's study day begins."""
    card = replace(
        NEW,
        stability=stability,
        difficulty=5.0,
        last_review_on=TODAY.date - timedelta(days=days_ago),
        due_at=TODAY.begins_at + timedelta(days=due_in),
    )
    return replace(card, **fields)  # type: ignore[arg-type]


def numbered(*cards: CardFacts, same_item: bool = False) -> list[CardFacts]:
    """The cards with ids 1, 2, …, each of an item of its own, or all of one with facets a, b, …."""
    return [
        replace(
            card,
            card=uuid.UUID(int=number),
            item=1 if same_item else number,
            facet="abcdefgh"[number - 1] if same_item else "",
        )
        for number, card in enumerate(cards, 1)
    ]


def situation(*cards: CardFacts, exams: tuple[ExamAhead, ...] = (EXAM,), minutes: int = 20) -> Situation:
    """A student with these cards, each of an item of its own."""
    candidates = list_candidates(numbered(*cards), TODAY)
    return Situation(TODAY, candidates, exams, minutes, 0.9, fsrs.DEFAULT_PARAMETERS)
