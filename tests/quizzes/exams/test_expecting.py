"""What is expected of sittings comes true where memories and eases are as they are taken to be."""

from __future__ import annotations

import numpy as np
import pytest

from quizzes.exams.expecting import (
    Asked,
    Expectations,
    Remembered,
    at_first_sight,
    compare,
    expect,
    judge,
    rests_on,
)
from quizzes.memory.fsrs import DEFAULT_PARAMETERS, expected_correct, retrievability

NEW = Remembered(None, 0, 0)
KNOWN = Remembered(10.0, 10, 3)
NAN = float("nan")


def points(questions: list[Asked], scores: list[float]) -> tuple[float, float, float, float]:
    compared = compare([expect(questions, DEFAULT_PARAMETERS)], [np.array(scores)])
    return tuple(float(column[0]) for column in vars(compared).values())  # type: ignore[return-value]


def test_a_question_counts_by_memory_by_its_ease_or_as_guessed() -> None:
    known = float(expected_correct(retrievability(10, 10.0, DEFAULT_PARAMETERS), 0.25))
    questions = [Asked(0.25, 2.0, [KNOWN]), Asked(0.25, 2.0, [NEW]), Asked(0.25, None, [NEW]), Asked(0.0, None, [])]
    expected, half, got, most = points(questions, [1, 1, 0, 0])
    assert expected == pytest.approx(known + at_first_sight(2.0, 0.25) + 0.25, abs=1e-6)
    assert (got, most) == (2, 4)
    assert half > 1.645 * np.sqrt(known * (1 - known))
    assert rests_on(expect(questions, DEFAULT_PARAMETERS), [True] * 4) == (3, 1, 1, 2)


def test_of_a_round_each_pair_counts_its_share() -> None:
    pairs = [KNOWN, KNOWN, NEW, NEW]
    known = float(expected_correct(retrievability(10, 10.0, DEFAULT_PARAMETERS), 0.25))
    expected, half, _, _ = points([Asked(0.25, None, pairs)], [0.5])
    variance = (2 * known * (1 - known) + 2 * 0.25 * 0.75) / 16
    assert expected == pytest.approx((2 * known + 0.5) / 4, abs=1e-6)
    assert half == pytest.approx(1.645 * np.sqrt(variance), abs=1e-6)


def test_what_is_void_counts_nowhere() -> None:
    questions = [Asked(0.5, None, [NEW]), Asked(0.25, 0.0, [NEW])]
    assert points(questions, [1.0, NAN])[::2] == (0.5, 1.0)
    assert points(questions, [NAN, NAN])[3] == 0
    assert rests_on(expect(questions, DEFAULT_PARAMETERS), [True, False]) == (0, 0, 0, 1)
    nothing = compare([expect(questions, DEFAULT_PARAMETERS)], [np.array([NAN, NAN])])
    assert judge(nothing) is None


@pytest.mark.same_draws
def test_forecasts_of_a_cohort_come_true_where_it_is_as_it_is_taken_to_be() -> None:
    """Abilities are drawn once a student: the interval that takes questions for independent would hold too few."""
    rng = np.random.default_rng(7)
    packed, scores = [], []
    for _ in range(400):
        eases = rng.normal(0.5, 1.0, 12)
        questions = [Asked(0.25, None, [KNOWN])] * 8 + [Asked(0.25, float(ease), [NEW]) for ease in eases]
        packed.append(expect(questions, DEFAULT_PARAMETERS))
        known = float(expected_correct(retrievability(10, 10.0, DEFAULT_PARAMETERS), 0.25))
        first = 0.25 + 0.75 / (1 + np.exp(-(eases + rng.normal())))
        scores.append((rng.uniform(size=20) < np.concatenate([np.full(8, known), first])).astype(float))
    accuracy = judge(compare(packed, scores))
    assert accuracy
    assert accuracy.n == 400
    assert abs(accuracy.bias) < 0.02
    assert 0.86 < accuracy.inside < 0.94


def test_bias_error_and_share_inside_are_those_of_the_sittings() -> None:
    compared = Expectations(
        np.array([10.0, 5.0, 0.0]), np.array([3.0, 1.0, 0.0]), np.array([12.0, 3.0, 0.0]), np.array([20.0, 10.0, 0.0])
    )
    accuracy = judge(compared)
    assert accuracy
    assert (accuracy.n, accuracy.inside) == (2, 0.5)
    assert accuracy.bias == pytest.approx((0.1 - 0.2) / 2)
    assert accuracy.error == pytest.approx(0.15)


def test_what_was_packed_before_is_read_with_as_much_doubt_as_then() -> None:
    older = np.array([(0.7, 0.21, 1, 0), (0.9, 0.09, 0, 4)], [("c", "<f4"), ("v", "<f4"), ("b", "u1"), ("n", "<u2")])
    both = compare([older.tobytes(), expect([Asked(0.0, 1.0, [NEW])], DEFAULT_PARAMETERS)], [np.ones(2), np.ones(1)])
    assert both.expected == pytest.approx([1.6, at_first_sight(1.0, 0.0)], abs=1e-6)
    assert both.half[0] == pytest.approx(1.645 * np.sqrt(0.3), abs=1e-6)
    assert rests_on(older.tobytes(), [True, True]) == (4, 1, 1, 0)
