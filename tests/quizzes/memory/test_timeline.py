"""Implicit reviews: how far they move a card's memory, and its clock."""

import uuid
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.memory import fsrs
from quizzes.memory.timeline import LogLine, build_timeline, step_clock

DAY = date(2026, 3, 1)
weights = st.floats(0.01, 1.0)


@given(S=st.floats(0.01, 5000), D=st.floats(1, 10), days=st.integers(0, 400), weight=weights)
def test_practice_goes_its_weight_of_the_way_to_a_good_review(S: float, D: float, days: int, weight: float) -> None:
    good, _ = fsrs.step(S, D, days, fsrs.GOOD)
    practised = float(fsrs.practise(S, D, days, weight))
    assert practised == S + weight * (float(good) - S)
    assert S <= practised <= max(float(good), S) * (1 + 1e-12)


def test_a_card_never_seen_cannot_be_practised() -> None:
    assert np.isnan(fsrs.practise(np.nan, np.nan, 0, 0.5))


@given(
    lines=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 60), st.just(0.0) | weights), min_size=1, max_size=12),
    others=st.lists(st.integers(1, 4), min_size=1, max_size=12),
)
def test_a_replay_with_practice_is_its_steps_to_the_bit(lines: list[tuple[int, int, float]], others: list[int]) -> None:
    lines = [(lines[0][0], lines[0][1], 0.0), *lines[1:]]  # practice counts after a first review
    S = D = np.array([np.nan])
    recalls = []
    for rating, days, practice in lines:
        recalls.append(float(fsrs.retrievability(days, S)[0]))
        if practice:
            S = fsrs.practise(S, D, np.array([days]), practice)
        else:
            S, D = fsrs.step(S, D, np.array([days]), np.array([rating]))

    ratings = [*others, *(rating for rating, _, _ in lines)]
    elapsed = [*(1 for _ in others), *(days for _, days, _ in lines)]
    practices = [*(0.0 for _ in others), *(practice for _, _, practice in lines)]
    recall = np.full(len(ratings), -1.0)
    replayed = fsrs.replay(ratings, elapsed, [len(others), len(lines)], practice=practices, recall=recall)

    assert (replayed[0][1], replayed[1][1]) == (S[0], D[0])
    np.testing.assert_array_equal(recall[len(others) :], recalls)


def test_a_review_restarts_the_clock_and_practice_moves_it_on() -> None:
    reviewed = step_clock(None, None, DAY, 0.0)
    assert reviewed is not None
    assert (reviewed.elapsed, reviewed.counted_from, reviewed.practised_on) == (0, DAY, None)

    practised = step_clock(DAY, None, DAY + timedelta(days=9), 0.5)
    assert practised is not None
    assert (practised.elapsed, practised.counted_from) == (9, DAY + timedelta(days=4))
    assert practised.practised_on == DAY + timedelta(days=9)

    again = step_clock(practised.counted_from, practised.practised_on, DAY + timedelta(days=20), 0.0)
    assert again is not None
    assert (again.elapsed, again.counted_from) == (16, DAY + timedelta(days=20))


@pytest.mark.parametrize(
    ("counted_from", "practised_on"), [(None, None), (DAY, DAY + timedelta(days=9)), (DAY, DAY + timedelta(days=10))]
)
def test_practice_counts_once_a_day_and_after_a_first_review(
    counted_from: date | None, practised_on: date | None
) -> None:
    assert step_clock(counted_from, practised_on, DAY + timedelta(days=9), 0.5) is None


@given(days=st.integers(0, 1000), weight=weights)
def test_practice_never_moves_the_clock_past_its_own_day(days: int, weight: float) -> None:
    moved = step_clock(DAY, None, DAY + timedelta(days=days), weight)
    assert moved is not None
    assert DAY <= moved.counted_from <= DAY + timedelta(days=days)


def line(card: int, days: int, practice: float = 0.0) -> LogLine:
    """A line of a card's log, some days after `DAY`."""
    at = datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(days=days)
    event = uuid.UUID(int=1000 * card + days)
    return LogLine(uuid.UUID(int=card), at, event, DAY + timedelta(days=days), 3, practice)


@pytest.mark.parametrize(
    ("log", "counted", "elapsed"),
    [
        ([], [], []),
        ([line(1, 0), line(1, 3), line(1, 10)], [0, 1, 2], [0, 3, 7]),
        ([line(1, 5), line(2, 0), line(2, 2)], [0, 1, 2], [0, 0, 2]),
        # Practice before the first review counts for nothing,
        ([line(1, 0, 0.5), line(1, 4), line(1, 6)], [1, 2], [0, 2]),
        # a second one on a day neither,
        ([line(1, 0), line(1, 4, 0.5), line(1, 4, 0.9), line(1, 6)], [0, 1, 3], [0, 4, 4]),
        # and a card that was only practised has no timeline.
        ([line(1, 0, 0.5), line(2, 0)], [1], [0]),
    ],
)
def test_a_timeline_holds_what_counts_of_each_card(log: list[LogLine], counted: list[int], elapsed: list[int]) -> None:
    timeline = build_timeline(log)
    assert timeline.lines == [log[at] for at in counted]
    assert timeline.elapsed == elapsed
    assert timeline.cards == list(dict.fromkeys(log[at].card for at in counted))
    assert sum(timeline.lengths) == len(counted)
    assert len(timeline.clocks) == len(timeline.lengths) == len(timeline.cards)
