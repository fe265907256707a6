"""From a grade to a rating."""

from enum import IntEnum

PASSED = 0.6
"""A score below this counts as forgotten."""
GUESSED = 2
"""A confidence up to this (of 5) is a guess."""
SURE = 5
SLOW, FAST = 3.0, 0.5
"""Multiples of the item's seconds beyond which an answer is slow, and within which it is fast."""


class Rating(IntEnum):
    """How well a card was remembered, on FSRS's scale."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


class Pace(IntEnum):
    """How long an answer took, of what is expected."""

    FAST = 0
    USUAL = 1
    SLOW = 2


def pace_of(duration_seconds: float, expected_seconds: float) -> Pace:
    """Return all that a rating follows from of how long an answer took; both in seconds, the second above 0."""
    if duration_seconds > SLOW * expected_seconds:
        return Pace.SLOW
    return Pace.FAST if duration_seconds <= FAST * expected_seconds else Pace.USUAL


def rate(
    score: float, confidence: int | None, duration_seconds: float, expected_seconds: float, hints: int = 0
) -> Rating:
    """Return the rating that an answer earns.

    `score` is in [0, 1], `confidence` 1-5 or None where the student gave none, both durations in seconds;
    `expected_seconds` is above 0, `hints` is how many were taken: who needed one remembered a part.
    """
    pace = pace_of(duration_seconds, expected_seconds)
    if score < PASSED:
        return Rating.AGAIN
    if score < 1 or hints or pace == Pace.SLOW:
        return Rating.HARD
    if confidence is not None and confidence <= GUESSED:
        return Rating.HARD
    if confidence == SURE and pace == Pace.FAST:
        return Rating.EASY
    return Rating.GOOD
