"""Reliability: what was predicted beside what happened."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.memory.calibration import Bin, calibration, log_loss, rmse

answers = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=200)


def test_a_bin_holds_what_was_predicted_alike() -> None:
    found = calibration([0.92, 0.98, 0.5, 1.0], [True, False, True, True])
    assert found[0] == Bin(0.5, 1.0, 1)
    assert (found[1].predicted, found[1].observed) == pytest.approx(((0.92 + 0.98 + 1) / 3, 2 / 3))
    assert [one.n for one in found] == [1, 3]


@given(answers)
def test_bins_hold_every_answer_and_average_to_all(given: list[tuple[float, bool]]) -> None:
    predicted, correct = zip(*given, strict=True)
    found = calibration(predicted, correct)
    assert sum(one.n for one in found) == len(given)
    assert sum(one.n * one.predicted for one in found) == pytest.approx(sum(predicted))
    assert sum(one.n * one.observed for one in found) == pytest.approx(sum(correct))


def test_log_loss_is_that_of_the_textbook() -> None:
    assert log_loss([0.5, 0.5], [True, False]) == pytest.approx(math.log(2))
    assert log_loss([0.9, 0.2], [True, False]) == pytest.approx(-(math.log(0.9) + math.log(0.8)) / 2)
    assert log_loss([0.0], [True]) < 17


def test_the_truth_is_calibrated_and_a_lie_is_not() -> None:
    rng = np.random.default_rng(0)
    p = rng.random(20_000)
    came_true = rng.random(p.size) < p
    assert rmse(p, came_true) < 0.02
    assert rmse(p**3, came_true) > 0.1
    assert log_loss(p, came_true) < log_loss(p**3, came_true)
