"""The outlook: what the score, the minutes and the coming days are expected to be."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from quizzes.memory import fsrs
from quizzes.planning import policies, simulate
from quizzes.planning.cards import Cards
from quizzes.planning.outlook import CHOICES, MAX_DAYS, outlook
from tests.quizzes.planning.test_value import bank, seen, unseen


def test_more_minutes_promise_more_and_less_each_time() -> None:
    found = outlook(unseen(bank(120)), 30, 20)
    assert found is not None
    minutes, scores = zip(*found.curve, strict=True)
    assert minutes == CHOICES
    assert list(scores) == sorted(scores)
    assert scores[-1] > scores[0] + 0.1
    assert scores[1] - scores[0] > scores[-1] - scores[-2]


def test_the_students_own_minutes_are_among_the_choices() -> None:
    found = outlook(unseen(bank(60)), 10, 12)
    assert found is not None
    score = dict(found.curve)[12]
    assert found.kept.score == pytest.approx(score, abs=0.02)
    assert 0 <= found.kept.low < found.kept.score < found.kept.high <= 1


def test_the_days_keep_to_the_minutes_and_bring_the_new_in_time() -> None:
    nothing_is_known = replace(bank(90), first=np.zeros(90))
    found = outlook(unseen(nothing_is_known), 20, 25)
    assert found is not None
    assert len(found.days) == 20
    assert all(day.minutes < 25 + 3 for day in found.days)
    assert sum(day.new for day in found.days) == pytest.approx(90, abs=3)
    assert sum(day.new for day in found.days[:10]) > 60


def test_reading_takes_its_minutes_before_what_is_new() -> None:
    course = bank(60)
    alone, with_reading = (outlook(unseen(course), 20, 10, reading=seconds) for seconds in (0.0, np.full(60, 60.0)))
    assert alone is not None
    assert with_reading is not None
    assert with_reading.days[0].new < alone.days[0].new - 2
    assert with_reading.days[0].minutes < 10 + 3
    assert with_reading.kept.score < alone.kept.score
    it_helps = outlook(unseen(course), 20, 10, reading=np.full(60, 60.0), first_read=course.first + 0.2)
    assert it_helps is not None
    assert with_reading.kept.score < it_helps.kept.score < alone.kept.score + 0.2
    known = seen([5.0] * 60)
    assert outlook(known, 20, 10, reading=60.0) == outlook(known, 20, 10)


def test_it_agrees_with_students_who_keep_the_plan() -> None:
    course, days = bank(60), 14
    found = outlook(unseen(course), days, 10)
    assert found is not None
    luck = simulate.Luck.draw(60, 60, days, seed=77)
    kept = simulate.simulate(
        policies.examprep, course, luck, days=days, budget=600.0, truth=[fsrs.DEFAULT_PARAMETERS] * 60
    )
    assert found.kept.score == pytest.approx(kept.score.mean(), abs=0.05)
    exam = np.random.default_rng(1).random(kept.chance.shape) < kept.chance
    marks = (exam * course.weight).sum(1)
    assert np.mean((found.kept.low <= marks) & (marks <= found.kept.high)) > 0.75


def test_nothing_that_counts_has_no_outlook() -> None:
    assert outlook(seen([5.0], weight=0.0), 10, 20) is None


@pytest.mark.parametrize("days", [0.0, 0.3, 1.0, 500.0])
def test_any_date_will_do(days: float) -> None:
    found = outlook(seen([5.0, 20.0], weight=0.5), days, 20)
    assert found is not None
    assert 1 <= len(found.days) <= MAX_DAYS


def test_it_takes_little_time() -> None:
    row = np.ones((1, 200))
    cards = Cards(row * 6, row * 5, row * 4, row / 200, row * 40, row * 0.1, row * 0.5)
    outlook(cards, 30, 20)
    begun = time.process_time()
    outlook(cards, 30, 20)
    assert time.process_time() - begun < 1.5
