"""What is planned and expected, decided on plain values."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from quizzes.planning import outlook
from quizzes.planning.forecast import Forecast
from quizzes.schedule.choice import (
    MAX_EXTRA_SECONDS,
    Choice,
    ExamOutlook,
    add_extra,
    choose_tasks,
    days_until,
    forecast_exam,
    foresee,
    seconds_left,
)
from quizzes.schedule.facts import share_weights
from tests.quizzes.schedule.situations import EXAM, NEW, TODAY, Asked, seen, situation

WEAK = seen(5, 2.0, due_in=-3)
OTHER = replace(NEW, concept="never-asked")


@pytest.mark.parametrize(
    ("minutes", "extra", "spent", "day_off", "left"),
    [
        (20, 0, 0, False, 1200),
        (20, 0, 500, False, 700),
        (20, 0, 5000, False, 0),
        (20, 600, 500, False, 1300),
        (20, 600, 0, True, 0),
    ],
)
def test_what_is_left_of_the_day(minutes: int, extra: int, spent: int, day_off: bool, left: int) -> None:
    assert seconds_left(minutes, extra, spent, day_off=day_off) == left


@pytest.mark.parametrize(
    ("extra", "spent", "asked_for", "left"),
    [
        (0, 0, 600, 1800),
        (0, 1200, 600, 600),
        (0, 5000, 600, 600),  # they begin now
        (600, 1500, 600, 900),
        (0, 1200, 10**9, MAX_EXTRA_SECONDS),
        (10**9, 0, 600, 1200 + 24 * 3600),
    ],
)
def test_extra_minutes_are_those_that_were_asked_for(extra: int, spent: int, asked_for: int, left: int) -> None:
    assert seconds_left(20, add_extra(20, extra, spent, asked_for), spent, day_off=False) == left


@pytest.mark.parametrize(
    ("cards", "budget", "chosen"),
    [
        ([], 1200, []),
        ([NEW, WEAK], 0, []),
        ([NEW, WEAK], 1200, [2, 1]),  # what was seen before comes first
        ([NEW, NEW, NEW], 1, [1]),  # a task is begun as long as there is time
        ([OTHER, NEW], 1200, [2]),  # what no exam asks is left out
    ],
)
def test_the_tasks_of_a_plan(cards: list[Asked], budget: float, chosen: list[int]) -> None:
    choice = choose_tasks(situation(*cards), budget)
    assert [task.card.int for task in choice.tasks] == chosen
    assert all(task.seconds >= 30 for task in choice.tasks)


def test_a_plan_promises_a_better_score_and_none_without_an_exam() -> None:
    choice = choose_tasks(situation(NEW, WEAK), 1200)
    assert choice.score_before is not None
    assert choice.score_after is not None
    assert 0 < choice.score_before < choice.score_after < 1
    assert choose_tasks(situation(NEW, exams=()), 1200).score_before is None
    assert choose_tasks(situation(), 1200) == Choice()


def test_the_score_to_expect_falls_with_the_days_until_the_exam() -> None:
    soon, late = (replace(EXAM, at=TODAY.begins_at + timedelta(days=days)) for days in (1, 60))
    scores = [forecast_exam(situation(WEAK), exam) for exam in (soon, late)]
    assert scores[0] is not None
    assert scores[1] is not None
    assert scores[0].score > scores[1].score > 0.25
    assert forecast_exam(situation(), EXAM) is None
    assert forecast_exam(situation(OTHER), EXAM) is None


def test_the_outlook_names_the_days_and_the_students_own_minutes() -> None:
    outlook = foresee(situation(NEW, WEAK, minutes=7))
    assert outlook is not None
    assert outlook.exam == EXAM
    assert outlook.minutes == 7
    assert 7 in dict(outlook.curve)
    assert [on for on, _ in outlook.days] == [TODAY.date + timedelta(days=number) for number in range(10)]
    assert outlook.kept.score > outlook.now.score


@pytest.mark.parametrize("nothing", [situation(), situation(NEW, exams=()), situation(OTHER)])
def test_there_is_no_outlook_where_no_exam_asks_anything(nothing: object) -> None:
    assert foresee(nothing) is None  # type: ignore[arg-type]


def test_an_exam_that_is_past_is_no_days_away() -> None:
    assert days_until(replace(EXAM, at=TODAY.begins_at - timedelta(days=3)), TODAY) == 0
    assert days_until(EXAM, TODAY) == 10


def test_a_concepts_weight_is_shared_among_its_kinds_and_then_its_tasks() -> None:
    tasks = [("l2", "numeric"), ("l2", "numeric"), ("l2", "matching"), ("dropout", "numeric"), ("other", "numeric")]
    weights = share_weights(tasks, {"l2": 2, "dropout": 3})
    assert weights.tolist() == [0.5, 0.5, 1.0, 3.0, 0.0]


def test_what_a_day_costs_is_read_off_the_curve() -> None:
    days = [(TODAY.date + timedelta(days=number), outlook.Day(10, 5, 1)) for number in range(10)]
    now = Forecast(0.4, 0.3, 0.5)
    ahead = ExamOutlook(EXAM, now, now, 10, [(20, 0.7), (10, 0.6), (5, 0.5)], days)
    assert ahead.change_of_score(-10) == pytest.approx(-0.02)  # a minute less on each of ten days
    assert ahead.change_of_score(10) == pytest.approx(0.01)
    assert ahead.change_of_score(1000) == pytest.approx(0.1)  # no more than the curve shows
