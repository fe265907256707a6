"""A training run that overfits: when to stop."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

SAMPLES, VALIDATION, FEATURES, HIDDEN = 100, 1000, 12, 32
WRONG_LABELS, LEARNING_RATE, BATCHES, EPOCHS = 0.1, 0.05, 6, 120

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """The mean cross-entropy after each of 120 epochs, on the 100 training and on 1,000 other samples.

    `best` is the index of the smallest validation loss.
    """

    training: list[float]
    validation: list[float]
    best: int


@cache
def run() -> Run:
    """Train a network with one hidden layer of 32 rectified units by plain SGD, without any regulariser.

    It has 449 parameters for 100 samples of twelve features; a linear rule labels them, and one label in ten is wrong.
    """
    rng = np.random.default_rng(0)
    rule = rng.standard_normal(FEATURES)

    def draw(count: int) -> tuple[Array, Array]:
        x = rng.standard_normal((count, FEATURES))
        labels = (x @ rule > 0) ^ (rng.random(count) < WRONG_LABELS)
        return x, labels.astype(float)

    x, y = draw(SAMPLES)
    unseen, observed = draw(VALIDATION)
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
        validation.append(loss(unseen, observed))
    return Run(training, validation, int(np.argmin(validation)))
