"""The score to expect of an exam, before and after cards have changed."""

from __future__ import annotations

import uuid
from dataclasses import replace

import numpy as np

from quizzes.memory import fsrs
from quizzes.models import Card
from quizzes.schedule.exam_forecast import ForecastFacts
from tests.quizzes.schedule.situations import EXAM, NEW, TODAY, Asked, columns, key, seen


def facts(*cards: Asked) -> ForecastFacts:
    return ForecastFacts(EXAM, (EXAM,), TODAY, columns(*cards), fsrs.DEFAULT_PARAMETERS)


def states(of: ForecastFacts) -> list[list[float]]:
    cards = of.cards
    columns = (
        cards.stability,
        cards.difficulty,
        cards.elapsed_days,
        cards.due,
        cards.answered,
        np.nan_to_num(cards.first_rating),
    )
    return [column.tolist() for column in columns]


def test_without_cards_nothing_is_expected() -> None:
    assert facts().forecast() is None


def test_what_changed_is_forecast_as_if_it_had_been_loaded() -> None:
    cards = [replace(seen(0, days, answered=True), first_rating=1) for days in (4.0, 9.0)]
    cards.insert(1, seen(3, 10.0))
    before, loaded = facts(NEW, cards[1], seen(5, 2.0)), facts(*cards)
    changed = [
        Card(
            pk=uuid.UUID(key(number)),
            stability=cards[number - 1].stability,
            difficulty=cards[number - 1].difficulty,
            first_rating=cards[number - 1].first_rating,
            last_review_on=cards[number - 1].last_review_on,
            last_review_at=TODAY.begins_at,
            due_at=TODAY.begins_at,
        )
        for number in (1, 3)
    ]
    assert states(before.after(changed)) == states(loaded)
    assert before.after(changed).forecast() == loaded.forecast()
    assert before.after([]).forecast() == before.forecast()
    after, earlier = loaded.forecast(), before.forecast()
    assert after is not None
    assert earlier is not None
    assert after.score > earlier.score


def test_cards_that_the_exam_cannot_ask_change_nothing() -> None:
    before = facts(seen(3, 10.0))
    assert before.after([Card(stability=5.0)]).forecast() == before.forecast()
