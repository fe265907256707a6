"""Mastery: how much of a concept would be recalled now."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Z = 1.645
"""The quantile of the normal distribution for a two-sided 90 % interval."""


@dataclass(frozen=True)
class Mastery:
    """The mean recall of a concept's cards, with its 90 % interval; all in [0, 1]."""

    mastery: float
    low: float
    high: float


def mastery(recall: ArrayLike, concept: ArrayLike, concepts: int) -> list[Mastery]:
    """Return the mastery of concepts 0…`concepts`-1.

    `recall` (cards,) is each card's R now, 0 for a card never seen; `concept` (cards,) is the concept it belongs to.
    The interval is Wilson's score interval (Wilson 1927) at the mean recall over that many cards: it stays inside
    [0, 1] and is wide where a concept has few cards. A concept without cards is wholly unknown: 0, from 0 to 1.
    """
    R = np.asarray(recall, dtype=np.float64)
    index = np.asarray(concept, dtype=np.int64)
    n = np.bincount(index, minlength=concepts).astype(np.float64)
    mean = np.bincount(index, weights=R, minlength=concepts) / np.maximum(n, 1)
    low, high = _wilson(mean, n)
    return [Mastery(float(m), float(a), float(b)) for m, a, b in zip(mean, low, high, strict=True)]


def _wilson(p: NDArray[np.float64], n: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the bounds of Wilson's interval at the shares `p` of `n`; 0 and 1 where `n` is 0."""
    safe = np.maximum(n, 1)
    centre = (p + Z**2 / (2 * safe)) / (1 + Z**2 / safe)
    half = Z / (1 + Z**2 / safe) * np.sqrt(p * (1 - p) / safe + Z**2 / (4 * safe**2))
    low = np.where(n > 0, np.clip(centre - half, 0, 1), 0.0)
    high = np.where(n > 0, np.clip(centre + half, 0, 1), 1.0)
    return np.minimum(low, p), np.maximum(high, p)
