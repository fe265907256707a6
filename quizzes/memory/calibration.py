"""How well predictions of P(correct) came true."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

BINS = 10
EPSILON = 1e-7
"""Predictions are kept this far from 0 and 1, where a miss would cost infinitely much."""


@dataclass(frozen=True)
class Bin:
    """Answers that were predicted about alike: the mean prediction, the share that was right, and how many."""

    predicted: float
    observed: float
    n: int


def calibration(predicted: ArrayLike, correct: ArrayLike, bins: int = BINS) -> list[Bin]:
    """Return the reliability of predictions (answers,) in [0, 1] of which `correct` (answers,) came true.

    Bins are of equal width, from 0 to 1; those without answers are left out. Perfect predictions have predicted =
    observed in each (Murphy and Winkler 1977, reliability diagrams).
    """
    p, y = np.asarray(predicted, dtype=np.float64), np.asarray(correct, dtype=np.float64)
    which = np.clip((p * bins).astype(int), 0, bins - 1)
    n = np.bincount(which, minlength=bins)
    mean, observed = (np.bincount(which, weights=values, minlength=bins) / np.maximum(n, 1) for values in (p, y))
    return [Bin(float(mean[at]), float(observed[at]), int(n[at])) for at in np.flatnonzero(n)]


def log_loss(predicted: ArrayLike, correct: ArrayLike) -> float:
    """Return the mean of -ln(P of what happened), in nats: 0 for certain and right, ln 2 for a coin's toss."""
    return float(log_losses(predicted, correct).mean())


def log_losses(predicted: ArrayLike, correct: ArrayLike) -> NDArray[np.float64]:
    """Return -ln(P of what happened) of each prediction (answers,), of which `correct` (answers,) came true."""
    p = np.clip(np.asarray(predicted, dtype=np.float64), EPSILON, 1 - EPSILON)
    return np.asarray(-np.log(np.where(np.asarray(correct, dtype=bool), p, 1 - p)))


def rmse(predicted: ArrayLike, correct: ArrayLike, bins: int = BINS) -> float:
    """Return the root mean square of predicted less observed over the bins, weighted by their answers."""
    filled = calibration(predicted, correct, bins)
    total = sum(bin_.n for bin_ in filled)
    return float(np.sqrt(sum(bin_.n * (bin_.predicted - bin_.observed) ** 2 for bin_ in filled) / total))
