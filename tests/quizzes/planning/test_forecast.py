"""The score to expect at the exam, beside exams that are sat again and again."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.memory import fsrs
from quizzes.planning.forecast import Forecast, forecast
from quizzes.planning.plan import plan

NAN = math.nan


def bank(seed: int, tasks: int = 60) -> dict[str, Any]:
    """A student's tasks, a third of them never seen."""
    rng = np.random.default_rng(seed)
    stability = np.where(rng.random(tasks) < 0.33, NAN, rng.lognormal(2, 1, tasks))
    return {
        "stability": stability,
        "elapsed_days": np.where(np.isnan(stability), NAN, rng.integers(0, 30, tasks)),
        "weight": rng.uniform(0, 4, tasks),
        "guess_rate": rng.choice([0, 0.2, 0.25], tasks),
        "first": rng.uniform(0, 1, tasks),
    }


def sat(tasks: dict[str, Any], days: float, sittings: int = 20_000) -> np.ndarray:
    """The scores of as many simulated sittings: each task is recalled or not, and if not, guessed or not."""
    rng = np.random.default_rng(0)
    R = np.array(
        [
            first * float(fsrs.retrievability(days, fsrs.DEFAULT_PARAMETERS[3]))
            if math.isnan(S)
            else float(fsrs.retrievability(t + days, S))
            for S, t, first in zip(tasks["stability"], tasks["elapsed_days"], tasks["first"], strict=True)
        ]
    )
    recalled = rng.random((sittings, R.size)) < R
    lucky = rng.random((sittings, R.size)) < tasks["guess_rate"]
    return np.asarray((recalled | lucky) @ tasks["weight"] / tasks["weight"].sum())


def found(**given_values: Any) -> Forecast:
    """A forecast that is there."""
    forecasted = forecast(**given_values)
    assert forecasted is not None
    return forecasted


@pytest.mark.parametrize(("seed", "days"), [(0, 0), (1, 7), (2, 30), (3, 120)])
def test_it_agrees_with_simulated_sittings(seed: int, days: float) -> None:
    tasks = bank(seed)
    scores = sat(tasks, days)

    expected = found(**tasks, days_to_exam=days)

    assert expected.score == pytest.approx(scores.mean(), abs=0.002)
    half = (expected.high - expected.low) / 2
    assert half == pytest.approx(1.645 * scores.std(), rel=0.03)
    assert np.mean((expected.low <= scores) & (scores <= expected.high)) == pytest.approx(0.9, abs=0.02)


def test_it_is_the_plans_score_before() -> None:
    tasks = bank(5)
    planned = plan(
        **tasks,
        difficulty=np.where(np.isnan(tasks["stability"]), NAN, 5.0),
        due=np.ones(60, dtype=bool),
        seconds=np.full(60, 30.0),
        days_to_exam=9,
        budget_seconds=0,
    )

    assert found(**tasks, days_to_exam=9).score == pytest.approx(planned.score_before)


def test_what_was_never_seen_and_is_not_known_is_right_by_luck_alone() -> None:
    unseen = {"stability": [NAN] * 4, "elapsed_days": [NAN] * 4, "weight": [1] * 4, "first": [0] * 4}

    assert found(**unseen, guess_rate=[0.25] * 4, days_to_exam=5).score == pytest.approx(0.25)
    assert found(**unseen, guess_rate=[0] * 4, days_to_exam=5) == Forecast(0, 0, 0, met=0, unmet=4)


def test_the_doubt_about_first_answers_widens_what_hangs_on_them() -> None:
    tasks = bank(9)
    plain = found(**tasks, days_to_exam=5)
    wide = found(**tasks, days_to_exam=5, doubt=lambda moves: float(moves.sum() ** 2) * 0.04)
    unseen = np.isnan(tasks["stability"])
    share = (tasks["weight"] * (1 - tasks["guess_rate"]))[unseen].sum() / tasks["weight"].sum()
    fades = float(fsrs.retrievability(5, fsrs.DEFAULT_PARAMETERS[3]))

    assert wide.score == plain.score
    added = ((wide.high - wide.low) ** 2 - (plain.high - plain.low) ** 2) ** 0.5 / 2
    assert added == pytest.approx(1.645 * 0.2 * share * fades)


def test_without_marks_there_is_nothing_to_expect() -> None:
    assert forecast(stability=[], elapsed_days=[], weight=[], guess_rate=[], first=[], days_to_exam=3) is None
    assert forecast(stability=[5], elapsed_days=[1], weight=[0], guess_rate=[0], first=[0], days_to_exam=3) is None


def test_weights_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 0"):
        forecast(stability=[5, 5], elapsed_days=[1, 1], weight=[1, -1], guess_rate=[0, 0], first=[0, 0], days_to_exam=3)


def test_an_exam_that_has_passed_is_one_of_today() -> None:
    tasks = bank(6)

    assert found(**tasks, days_to_exam=-4) == found(**tasks, days_to_exam=0)


def test_an_exam_farther_off_expects_less() -> None:
    scores = [found(**bank(7), days_to_exam=days).score for days in (0, 1, 7, 30, 365)]

    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-1] + 0.05


def test_the_order_of_tasks_and_the_scale_of_weights_do_not_matter() -> None:
    tasks, shuffle = bank(8), np.random.default_rng(8).permutation(60)
    moved = {name: column[shuffle] for name, column in tasks.items()}
    moved["weight"] = moved["weight"] * 1000

    there, here = found(**tasks, days_to_exam=5), found(**moved, days_to_exam=5)

    assert (here.score, here.low, here.high) == pytest.approx((there.score, there.low, there.high))


def test_more_tasks_narrow_the_interval() -> None:
    def width(tasks: int) -> float:
        same = found(
            stability=[10] * tasks,
            elapsed_days=[5] * tasks,
            weight=[1] * tasks,
            guess_rate=[0] * tasks,
            first=[0] * tasks,
            days_to_exam=20,
        )
        return same.high - same.low

    assert width(400) == pytest.approx(width(100) / 2)


columns = st.tuples(
    st.floats(0.001, 36_500) | st.just(NAN), st.floats(0, 4000), st.floats(0, 100), *[st.floats(0, 1)] * 2
)


@given(st.lists(columns, max_size=30), st.floats(-10, 4000))
def test_it_always_stays_between_nothing_and_all(tasks: list[tuple[float, ...]], days: float) -> None:
    names = ("stability", "elapsed_days", "weight", "guess_rate", "first")
    of_tasks: dict[str, Any] = dict(zip(names, np.array(tasks, dtype=float).reshape(-1, 5).T, strict=True))

    expected = forecast(**of_tasks, days_to_exam=days)

    if expected is None:
        assert not of_tasks["weight"].any()
    else:
        assert 0 <= expected.low <= expected.score + 1e-12
        assert expected.score - 1e-12 <= expected.high <= 1
