"""Streaks, shares and counts, by tables."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from quizzes.progress.overview import DAYS_AHEAD, PredictedReview, count_by_day, count_streak, share_right

TODAY = date(2026, 3, 4)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("answered", "days_off", "streak"),
    [
        ([], [], 0),
        ([0], [], 1),
        ([0, 1, 2], [], 3),
        ([1, 2], [], 2),  # today is not over yet
        ([2, 3], [], 0),
        ([0, 2], [1], 2),  # a day off does not break it
        ([0, 3], [1], 1),
        ([], [0, 1], 0),  # nor does it count
    ],
)
def test_the_days_in_a_row(answered: list[int], days_off: list[int], streak: int) -> None:
    assert count_streak(TODAY, set(map(ago, answered)), set(map(ago, days_off))) == streak


@pytest.mark.parametrize(
    ("right", "share"), [([], None), ([True], 1.0), ([True, False], 0.5), ([False, False, False, True], 0.25)]
)
def test_the_share_that_was_right(right: list[bool], share: float | None) -> None:
    before = [PredictedReview(0.9, False, ago(30)), PredictedReview(0.9, False, ago(31))]
    assert share_right([PredictedReview(0.9, each, ago(29)) for each in right] + before, ago(30)) == share


def test_each_item_comes_once_and_what_is_overdue_today() -> None:
    due = [(1, ago(5)), (1, ago(-2)), (2, ago(-1)), (2, ago(-3)), (3, TODAY)]
    counts = count_by_day(due, TODAY)
    assert len(counts) == DAYS_AHEAD
    assert {on: count for on, count in counts.items() if count} == {TODAY: 2, ago(-1): 1}
