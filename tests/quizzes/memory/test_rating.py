"""From a grade to a rating: the table, and what it never does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.memory import fsrs
from quizzes.memory.rating import Rating, rate

AGAIN, HARD, GOOD, EASY = Rating


@pytest.mark.parametrize(
    ("score", "confidence", "duration", "rating"),
    [
        # Wrong, or too little of it right; neither speed nor confidence makes up for that.
        (0, None, 20, AGAIN),
        (0, 5, 1, AGAIN),
        (0.59, 5, 1, AGAIN),
        (0.5999999, None, 20, AGAIN),
        # Right in part.
        (0.6, None, 20, HARD),
        (0.6, 5, 1, HARD),
        (0.99, 4, 20, HARD),
        # Right, but a guess.
        (1, 1, 20, HARD),
        (1, 2, 20, HARD),
        (1, 2, 1, HARD),
        # Right, but slower than three times the item's 40 seconds.
        (1, None, 120.1, HARD),
        (1, 5, 121, HARD),
        # Right, sure, and within half the item's seconds.
        (1, 5, 20, EASY),
        (1, 5, 0, EASY),
        # Otherwise right.
        (1, 5, 20.1, GOOD),
        (1, 4, 1, GOOD),
        (1, 3, 40, GOOD),
        (1, None, 1, GOOD),
        (1, None, 40, GOOD),
        (1, None, 120, GOOD),
        (1, 3, 120, GOOD),
    ],
)
def test_the_table(score: float, confidence: int | None, duration: float, rating: Rating) -> None:
    assert rate(score, confidence, duration, 40) is rating


def test_ratings_are_those_of_the_memory_model() -> None:
    assert list(Rating) == [fsrs.AGAIN, fsrs.HARD, fsrs.GOOD, fsrs.EASY]


scores = st.floats(0, 1) | st.just(1.0)
confidences = st.none() | st.integers(1, 5)
durations = st.floats(0, 10_000)
seconds = st.floats(1, 1000)


@given(scores, scores, confidences, durations, seconds)
def test_a_better_score_never_lowers_the_rating(
    a: float, b: float, confidence: int | None, duration: float, expected: float
) -> None:
    low, high = sorted((a, b))

    assert rate(low, confidence, duration, expected) <= rate(high, confidence, duration, expected)


@given(scores, confidences, durations, durations, seconds)
def test_more_time_never_raises_the_rating(
    score: float, confidence: int | None, a: float, b: float, expected: float
) -> None:
    fast, slow = sorted((a, b))

    assert rate(score, confidence, slow, expected) <= rate(score, confidence, fast, expected)


@given(scores, st.integers(1, 5), st.integers(1, 5), durations, seconds)
def test_more_confidence_never_lowers_the_rating(
    score: float, a: int, b: int, duration: float, expected: float
) -> None:
    unsure, sure = sorted((a, b))

    assert rate(score, unsure, duration, expected) <= rate(score, sure, duration, expected)


@given(confidences, durations, seconds)
def test_only_the_score_decides_whether_it_was_forgotten(
    confidence: int | None, duration: float, expected: float
) -> None:
    assert rate(0.59, confidence, duration, expected) is AGAIN
    assert rate(0.6, confidence, duration, expected) is not AGAIN
