"""Classical test theory: what holds of any scores."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from quizzes.statistics.discrimination import MINIMUM, discrimination, efficiency, rest
from quizzes.statistics.distractors import Chosen, Picks, distractors, thirds
from quizzes.statistics.facility import Estimate, effective_weights, facility, intended_weights
from quizzes.statistics.reliability import distribution, reliability

shares = st.sampled_from([0.0, 0.25, 0.5, 1.0])
complete = st.tuples(st.integers(MINIMUM, 12), st.integers(2, 6)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=shares)
)
with_gaps = st.tuples(st.integers(MINIMUM, 12), st.integers(2, 6)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.one_of(shares, st.just(np.nan)))
)


@given(with_gaps)
def test_numbers_stay_in_their_ranges(scores: np.ndarray) -> None:
    others = rest(scores, np.ones(scores.shape[1]))
    assert np.all(np.isnan(others) | ((others >= 0) & (others <= 1)))
    for x, y in zip(scores.T, others.T, strict=True):
        easy, sharp, of_the_most = facility(x), discrimination(x, y), efficiency(x, y)
        if easy:
            assert 0 <= easy.low <= easy.value <= easy.high <= 1
        if sharp:
            assert -1 <= sharp.low <= sharp.value <= sharp.high <= 1
        assert (sharp is None) == (of_the_most is None)
        if sharp and of_the_most is not None:
            assert of_the_most <= 1
            assert abs(of_the_most) >= abs(sharp.value) - 1e-9 or of_the_most < 0


@given(with_gaps, st.randoms(use_true_random=False))
def test_the_order_of_the_students_does_not_matter(scores: np.ndarray, random: Random) -> None:
    order = list(range(len(scores)))
    random.shuffle(order)
    marks = np.arange(1, scores.shape[1] + 1)
    for x, y, x_, y_ in zip(
        scores.T, rest(scores, marks).T, scores[order].T, rest(scores[order], marks).T, strict=True
    ):
        assert _numbers(facility(x_)) == pytest.approx(_numbers(facility(x)))
        assert _numbers(discrimination(x_, y_)) == pytest.approx(_numbers(discrimination(x, y)))


def _numbers(estimate: Estimate | None) -> list[float]:
    return [estimate.value, estimate.low, estimate.high] if estimate else []


@given(complete)
def test_with_all_asked_it_is_the_correlation_with_the_rest_of_the_sum(scores: np.ndarray) -> None:
    marks = np.arange(1, scores.shape[1] + 1)
    totals = (scores * marks).sum(axis=1)
    for at, others in enumerate(rest(scores, marks).T):
        found = discrimination(scores[:, at], others)
        if found:
            expected = np.corrcoef(scores[:, at] * marks[at], totals - scores[:, at] * marks[at])[0, 1]
            assert found.value == pytest.approx(expected)


@given(arrays(np.float64, st.integers(2, 12), elements=shares), st.integers(2, 6))
def test_duplicated_items_are_wholly_reliable(one: np.ndarray, times: int) -> None:
    assume(one.std() > 0)
    found = reliability(np.tile(one[:, None], times))
    assert found
    assert found.alpha == pytest.approx(1)
    assert found.standard_error == pytest.approx(0, abs=1e-6)


@given(complete)
def test_weights_sum_to_one(scores: np.ndarray) -> None:
    marks = np.arange(1, scores.shape[1] + 1)
    found = effective_weights(scores, marks)
    assert intended_weights(marks).sum() == pytest.approx(1)
    assert found is None or (found.sum() == pytest.approx(1) and (found >= 0).all())


def test_who_was_not_asked_counts_for_nothing() -> None:
    x = [1, 0, 1, 1, 0, 1]
    y = [0.9, 0.2, 0.5, 0.8, 0.4, 0.3]
    assert facility([*x, np.nan]) == facility(x)
    assert discrimination([*x, np.nan, 1], [*y, 0.5, np.nan]) == discrimination(x, y)
    assert rest([[1, np.nan, 0.5, 0]], [1, 5, 2, 1])[0] == pytest.approx([1 / 3, np.nan, 0.5, 2 / 3], nan_ok=True)


def test_too_few_or_all_alike_give_none() -> None:
    assert facility([np.nan]) is None
    assert discrimination([0, 1, 0, 1], [0.1, 0.9, 0.2, 0.8]) is None
    assert discrimination([1] * 8, np.linspace(0, 1, 8)) is None
    assert efficiency(np.linspace(0, 1, 8), [0.5] * 8) is None
    assert reliability([[1, 2], [2, 1]]) is None
    assert reliability([[1], [2]]) is None
    assert distribution([]) is None
    one = distribution([3])
    assert one
    assert (one.mean, one.deviation, one.skewness) == (3, None, None)


def test_wilson_and_fisher_are_those_of_the_textbook() -> None:
    # 81 of 263: 0.2553 to 0.3662 (Newcombe 1998, table I, method 3).
    found = facility([1] * 81 + [0] * 182)
    assert found
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)


def picks(picked: list[list[str]]) -> Picks:
    """The picks of students, from the texts of each."""
    texts = sorted({text for of_student in picked for text in of_student})
    pairs = [(texts.index(text), student) for student, of_student in enumerate(picked) for text in of_student]
    text, student = np.array(pairs, dtype=int).reshape(-1, 2).T
    return Picks(texts, text, student)


def test_distractors_by_thirds() -> None:
    picked = picks([["a"], ["b"], ["a"], ["b"], [], ["c"]])
    found = distractors(picked, [9, 8, 5, 4, 2, 1], ["a", "b", "d"])
    assert found == [Chosen("a", 2, 1, 0), Chosen("b", 2, 1, 0), Chosen("d", 0, 0, 0), Chosen("c", 1, 0, 1)]


def test_two_students_have_no_thirds() -> None:
    assert distractors(picks([["a"], ["b"]]), [1, 0]) == [Chosen("a", 1, 0, 0), Chosen("b", 1, 0, 0)]


def test_ties_are_in_the_third() -> None:
    upper, lower = thirds([3, 3, 3, 1])
    assert upper.tolist() == [True, True, True, False]
    assert lower.tolist() == [False, False, False, True]
