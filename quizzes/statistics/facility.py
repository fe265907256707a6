"""How easy an item is, and how much it counts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Z = 1.959963984540054
"""The 97.5 % point of the normal distribution: intervals hold 95 %."""


@dataclass(frozen=True)
class Estimate:
    """A value and its 95 % interval."""

    value: float
    low: float
    high: float


def facility(scores: ArrayLike) -> Estimate | None:
    """The mean share (n,) in [0, 1] of an item's marks, NaN left out, with Wilson's interval; None if nobody was asked.

    The interval is that of a proportion (Wilson 1927). Shares between 0 and 1 vary less than right and wrong with the
    same mean, so with partial marks it is rather too wide than too narrow.
    """
    x = np.asarray(scores, dtype=np.float64)
    x = x[~np.isnan(x)]
    n = len(x)
    if not n:
        return None
    p = float(np.clip(x.mean(), 0, 1))
    centre = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * np.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    return Estimate(p, float(np.clip(centre - half, 0, p)), float(np.clip(centre + half, p, 1)))


def deviation(scores: ArrayLike) -> float | None:
    """The standard deviation of an item's shares (n,), NaN left out; None below two."""
    x = np.asarray(scores, dtype=np.float64)
    x = x[~np.isnan(x)]
    return float(x.std(ddof=1)) if len(x) > 1 else None


def intended_weights(marks: ArrayLike) -> NDArray[np.float64]:
    """The part (items,) of the exam's marks that each item was given; sums to 1."""
    m = np.asarray(marks, dtype=np.float64)
    share: NDArray[np.float64] = m / m.sum()
    return share


def effective_weights(scores: ArrayLike, marks: ArrayLike) -> NDArray[np.float64] | None:
    """The part (items,) that each item has in the spread of the totals: √C(x, T) over the sum of those of all items.

    `scores` (students, items) must be complete. An item whose marks x fall as the total T rises has no root: it counts
    0, as in Moodle. None where no total differs, or below two students.
    """
    x = np.asarray(scores, dtype=np.float64) * np.asarray(marks, dtype=np.float64)
    if len(x) < 2:
        return None
    total = x.sum(axis=1)
    roots = np.sqrt(np.clip((x - x.mean(axis=0)).T @ (total - total.mean()) / (len(x) - 1), 0, None))
    return roots / roots.sum() if roots.sum() > 0 else None
