"""The score to expect of an exam, before and after cards have changed."""

from __future__ import annotations

from quizzes.memory import fsrs
from quizzes.models import Card
from quizzes.schedule.exam_forecast import ForecastFacts
from tests.quizzes.schedule.situations import EXAM, NEW, TODAY, numbered, seen


def facts(*cards: object) -> ForecastFacts:
    return ForecastFacts(EXAM, (EXAM,), TODAY, tuple(numbered(*cards)), fsrs.DEFAULT_PARAMETERS)  # type: ignore[arg-type]


def test_without_cards_nothing_is_expected() -> None:
    assert facts().forecast() is None


def test_what_changed_is_forecast_as_if_it_had_been_loaded() -> None:
    before = facts(NEW, seen(3, 10.0), seen(5, 2.0))
    loaded = facts(seen(0, 4.0), seen(3, 10.0), seen(0, 9.0))
    changed = [
        Card(
            pk=loaded.cards[at].card,
            stability=loaded.cards[at].stability,
            difficulty=loaded.cards[at].difficulty,
            last_review_on=loaded.cards[at].last_review_on,
            due_at=loaded.cards[at].due_at,
        )
        for at in (0, 2)
    ]
    assert before.after(changed) == loaded
    assert before.after(changed).forecast() == loaded.forecast()
    assert before.after([]) == before
    after, earlier = loaded.forecast(), before.forecast()
    assert after is not None
    assert earlier is not None
    assert after.score > earlier.score


def test_cards_that_the_exam_cannot_ask_change_nothing() -> None:
    before = facts(NEW)
    assert before.after([Card(stability=5.0)]) == before
