"""Where the marks of charts stand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from quizzes.memory.calibration import Bin
from quizzes.progress import charts


def test_the_calendar_has_a_square_for_each_day_of_whole_weeks() -> None:
    today = date(2026, 3, 4)  # a Wednesday
    counts = {date(2026, 3, 4): 40, date(2026, 3, 2): 1, date(2026, 2, 20): 20}
    drawn = charts.calendar(counts, today, 365)
    assert drawn.cells[0].date == date(2025, 3, 3)
    assert drawn.cells[-1].date == today
    level = {cell.date: cell.level for cell in drawn.cells}
    assert [level[on] for on in (*counts, date(2026, 3, 3))] == [4, 1, 2, 0]
    assert {cell.y for cell in drawn.cells if cell.date.weekday() == 0} == {charts.WEEKS.top}
    assert max(cell.x for cell in drawn.cells) + charts.CELL <= drawn.width
    assert drawn.weeks == [(date(2026, 3, 2), 2, 41), (date(2026, 2, 16), 1, 20)]


def test_predictions_that_come_true_stand_on_the_diagonal() -> None:
    drawn = charts.reliability([Bin(0.25, 0.25, 10), Bin(0.9, 0.5, 1000)])
    fair, overrated = drawn.dots
    assert fair.x - drawn.left == pytest.approx(drawn.bottom - fair.y)
    assert overrated.x - drawn.left > drawn.bottom - overrated.y
    assert fair.radius < overrated.radius


def test_bars_are_as_high_as_their_days_count() -> None:
    begin = date(2026, 3, 2)
    drawn = charts.bars({begin: 10, begin + timedelta(days=1): 5, begin + timedelta(days=2): 0})
    assert [bar.height for bar in drawn.bars] == [charts.BARS_HEIGHT, charts.BARS_HEIGHT / 2, 0]
    assert charts.bars({}).bars == []


@pytest.mark.parametrize(
    ("shares", "percents", "numbered"),
    [
        ([0.5, 1.0], [50, 100], [50, 100]),
        ([0.2, 0.9, 0.4], [20, 90, 40], [20, 90, 40]),
        ([0.1, 0.8, *[0.3] * 10], [10, 80, *[30] * 10], [80, 30]),  # only the best and the last have their number
        ([0.1] * 10 + [0.8], [10] * 10 + [80], [80]),
    ],
)
def test_a_trend_runs_from_the_first_sitting_to_the_last(
    shares: list[float], percents: list[int], numbered: list[int]
) -> None:
    drawn = charts.trend(shares)
    assert drawn is not None
    assert [point.percent for point in drawn.points] == percents
    assert [point.percent for point in drawn.numbered] == numbered
    assert (drawn.points[0].x, drawn.points[-1].x) == (44, 308)
    assert drawn.scale == [(100, 0), (60, 50), (20, 100)]


def test_one_sitting_is_no_trend() -> None:
    assert charts.trend([0.5]) is None


@pytest.mark.parametrize(
    ("scores", "labels"),
    [
        ([0.41, 0.58], ["40 %", "45 %", "50 %", "55 %", "60 %"]),
        ([0.2, 0.81], ["20 %", "30 %", "40 %", "50 %", "60 %", "70 %", "80 %", "90 %"]),
        ([0.5], ["50 %", "55 %"]),
    ],
)
def test_the_curve_of_minutes_has_marks_below_and_above_all_its_scores(scores: list[float], labels: list[str]) -> None:
    drawn = charts.minutes_curve([(10 * number, score) for number, score in enumerate(scores, 1)], own=10)
    assert [mark.label for mark in drawn.grid] == labels
    assert [choice.own for choice in drawn.choices] == [True, *[False] * (len(scores) - 1)]
    assert drawn.choices[-1].x == drawn.right
    assert all(drawn.grid[-1].place <= choice.y <= drawn.grid[0].place for choice in drawn.choices)


def test_a_histogram_has_a_column_for_each_bin() -> None:
    drawn = charts.histogram([0, 2, 1, 0, 4])
    assert [(column.low, column.high) for column in drawn.columns] == [(0, 19), (20, 39), (40, 59), (60, 79), (80, 100)]
    assert [column.height for column in drawn.columns] == [0, 60, 30, 0, 120]
    assert {column.y + column.height for column in drawn.columns} == {drawn.ground}
    assert charts.histogram([0] * 5).columns[0].height == 0
