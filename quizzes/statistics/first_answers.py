"""How students did on the questions they met first, each beside how they did on everything else they met."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quizzes.statistics.facility import Estimate, Z

MIN_OTHERS = 5
"""Below so many other questions, a student's score on them says nothing."""


@dataclass(frozen=True)
class FirstAnswers:
    """The first answer of each student to each item: arrays (answers,), students and items by numbers from 0.

    Scores are shares in [0, 1]. A student answers an item once at most.
    """

    student: NDArray[np.int64]
    item: NDArray[np.int64]
    score: NDArray[np.float64]

    def facilities(self) -> NDArray[np.float64]:
        """The mean score (items,) of each item up to the last that was answered; NaN for none."""
        n = np.bincount(self.item)
        sums = np.bincount(self.item, weights=self.score)
        mean: NDArray[np.float64] = np.divide(sums, n, out=np.full(len(n), np.nan), where=n > 0)
        return mean

    def elsewhere(self) -> NDArray[np.float64]:
        """For each answer the student's mean score on all OTHER items, NaN below MIN_OTHERS of them.

        Students met different items, hence each score is taken less the mean of its item; the mean of all scores is
        added again, so that numbers read as shares.
        """
        if not len(self.score):
            return np.zeros(0)
        above = self.score - self.facilities()[self.item]
        sums, n = np.bincount(self.student, weights=above), np.bincount(self.student)
        others = n[self.student] - 1
        rest = (sums[self.student] - above) / np.maximum(others, 1)
        return np.where(others >= MIN_OTHERS, rest + self.score.mean(), np.nan)


def mean_estimate(values: NDArray[np.float64]) -> Estimate | None:
    """The mean of values (n,) with its 95 % interval by the normal distribution; None below two."""
    n = len(values)
    if n < 2:
        return None
    mean, half = float(values.mean()), Z * float(values.std(ddof=1)) / np.sqrt(n)
    return Estimate(mean, float(mean - half), float(mean + half))


def difference(some: NDArray[np.float64], others: NDArray[np.float64]) -> Estimate | None:
    """How far the mean of some values is above that of others, with its 95 % interval; None below two of either.

    The standard error is Welch's, √(s₁²/n₁ + s₂²/n₂).
    """
    if min(len(some), len(others)) < 2:
        return None
    by = float(some.mean() - others.mean())
    half = Z * float(np.sqrt(some.var(ddof=1) / len(some) + others.var(ddof=1) / len(others)))
    return Estimate(by, by - half, by + half)
