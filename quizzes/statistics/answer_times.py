"""How long answers take, counted in bins: a million times need no more room than ten."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quizzes.statistics.facility import Estimate, Z

SHORTEST, LONGEST = 0.5, 7200.0
"""Seconds: what is shorter or longer counts as these."""
RATIO = 1.03
"""Of the ends of a bin: a median is right to 1.5 %."""
BINS = int(np.ceil(np.log(LONGEST / SHORTEST) / np.log(RATIO))) + 1


def bins_of(seconds: ArrayLike) -> NDArray[np.int64]:
    """The bin of each time, by the logarithm."""
    inside = np.clip(np.asarray(seconds, dtype=np.float64), SHORTEST, LONGEST)
    bins: NDArray[np.int64] = (np.log(inside / SHORTEST) / np.log(RATIO)).astype(np.int64)
    return bins


def median(counts: NDArray[np.int64]) -> Estimate | None:
    """The median in seconds of times counted by bin (BINS,), with its 95 % interval; None without any.

    The interval is that of the order statistics at ranks n/2 ± z √n / 2, which assumes no distribution.
    """
    n = int(counts.sum())
    if not n:
        return None
    reached = np.cumsum(counts)
    half = Z * np.sqrt(n) / 2
    ranks = np.clip([(n + 1) / 2, n / 2 - half, 1 + n / 2 + half], 1, n)
    at = np.searchsorted(reached, ranks, side="left")
    value, low, high = (float(SHORTEST * RATIO ** (each + 0.5)) for each in at)
    return Estimate(value, low, high)
