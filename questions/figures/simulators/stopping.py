"""A training run that overfits: when to stop."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

SAMPLES, OTHERS, VALIDATION, FEATURES, HIDDEN = 100, 1000, 600, 12, 32
WRONG_LABELS, LEARNING_RATE, BATCHES, EPOCHS = 0.1, 0.05, 6, 120

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Stop:
    """Where early stopping ends a run, and whose checkpoint it keeps: indices of epochs."""

    end: int
    kept: int


@dataclass(frozen=True)
class Run:
    """The mean cross-entropy after each of 120 epochs, on the 100 training samples and on 600 others.

    The others are drawn anew from 1,000 after each epoch, as where measuring on all would cost too much. So the curve
    is as noisy as those for which one has patience. `best` is the index of the smallest validation loss.
    """

    training: list[float]
    validation: list[float]
    best: int


@cache
def run() -> Run:
    """Train a network with one hidden layer of 32 rectified units by plain SGD, without any regulariser.

    It has 449 parameters for 100 samples of twelve features; a linear rule labels them, and one label in ten is wrong.
    """
    rng, pick = np.random.default_rng(0), np.random.default_rng(4)
    rule = rng.standard_normal(FEATURES)

    def draw(count: int) -> tuple[Array, Array]:
        x = rng.standard_normal((count, FEATURES))
        labels = (x @ rule > 0) ^ (rng.random(count) < WRONG_LABELS)
        return x, labels.astype(float)

    x, y = draw(SAMPLES)
    unseen, observed = draw(OTHERS)
    w1 = rng.standard_normal((FEATURES, HIDDEN)) / np.sqrt(FEATURES)
    b1 = np.zeros(HIDDEN)
    w2 = 0.1 * rng.standard_normal(HIDDEN)
    b2 = np.zeros(1)

    def loss(x: Array, y: Array) -> float:
        logit = np.maximum(x @ w1 + b1, 0) @ w2 + b2
        return float(np.mean(np.logaddexp(0, logit) - y * logit))

    training, validation = [], []
    for _ in range(EPOCHS):
        for batch in np.array_split(rng.permutation(SAMPLES), BATCHES):
            hidden = np.maximum(x[batch] @ w1 + b1, 0)
            error = (1 / (1 + np.exp(-(hidden @ w2 + b2))) - y[batch]) / len(batch)
            back = np.outer(error, w2) * (hidden > 0)
            w1 -= LEARNING_RATE * x[batch].T @ back
            b1 -= LEARNING_RATE * back.sum(axis=0)
            w2 -= LEARNING_RATE * hidden.T @ error
            b2 -= LEARNING_RATE * error.sum()
        training.append(loss(x, y))
        sample = pick.choice(OTHERS, VALIDATION, replace=False)
        validation.append(loss(unseen[sample], observed[sample]))
    return Run(training, validation, int(np.argmin(validation)))


def stop_early(validation: list[float], patience: int) -> Stop:
    """Follow validation losses (one an epoch) until `patience` (1 or more) epochs in a row brought no new minimum.

    Losses that end before that end the run with their last.
    """
    kept = 0
    for epoch, loss in enumerate(validation):
        if loss < validation[kept]:
            kept = epoch
        elif epoch - kept == patience:
            return Stop(epoch, kept)
    return Stop(len(validation) - 1, kept)
