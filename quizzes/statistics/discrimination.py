"""Whether those who do well elsewhere do well on an item."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quizzes.statistics.facility import Estimate, Z

MINIMUM = 5
"""Below so many students a correlation says nothing: None."""
EPSILON = 1e-12
"""A variance below this is that of equal scores, rounded."""


def rest(scores: ArrayLike, marks: ArrayLike) -> NDArray[np.float64]:
    """For each score (students, items) the share in [0, 1] of the marks that the student got on all OTHER items.

    `marks` is (items,) or (students, items). NaN where the item was not asked, or nothing else was. Shares instead of
    Moodle's sums, since students are asked different items; where all are asked the same, the correlations are equal.
    """
    x = np.asarray(scores, dtype=np.float64)
    asked = ~np.isnan(x)
    possible = np.where(asked, np.broadcast_to(np.asarray(marks, dtype=np.float64), x.shape), 0.0)
    earned = np.where(asked, x, 0.0) * possible
    others = possible.sum(axis=1, keepdims=True) - possible
    gained = earned.sum(axis=1, keepdims=True) - earned
    return np.where(asked & (others > EPSILON), gained / np.where(others > EPSILON, others, 1.0), np.nan)


def discrimination(item: ArrayLike, others: ArrayLike) -> Estimate | None:
    """The correlation in [-1, 1] of an item's shares (n,) with the rest shares (n,), over those who have both.

    The interval is by Fisher's z = artanh r, of standard error 1/√(n - 3). None below MINIMUM students, and where all
    have the same score on the item or on the rest.
    """
    x, y = _both(item, others)
    n = len(x)
    if n < MINIMUM or x.var() < EPSILON or y.var() < EPSILON:
        return None
    dx, dy = x - x.mean(), y - y.mean()
    r = float(np.clip(dx @ dy / np.sqrt((dx @ dx) * (dy @ dy)), -1, 1))
    z = np.arctanh(np.clip(r, -1 + EPSILON, 1 - EPSILON))
    half = Z / np.sqrt(n - 3)
    return Estimate(r, min(r, float(np.tanh(z - half))), max(r, float(np.tanh(z + half))))


def efficiency(item: ArrayLike, others: ArrayLike) -> float | None:
    """The covariance of item and rest over the greatest these scores allow: both in order. At most 1; None as above.

    A very easy item cannot discriminate much; this says how much of what it can it does.
    """
    x, y = _both(item, others)
    if len(x) < MINIMUM or x.var() < EPSILON or y.var() < EPSILON:
        return None
    dx, dy = x - x.mean(), y - y.mean()
    most = float(np.sort(dx) @ np.sort(dy))
    return min(1.0, float(dx @ dy) / most)


def _both(item: ArrayLike, others: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, y = np.asarray(item, dtype=np.float64), np.asarray(others, dtype=np.float64)
    there = ~(np.isnan(x) | np.isnan(y))
    return x[there], y[there]
