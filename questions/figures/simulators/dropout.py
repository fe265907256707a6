"""A layer under dropout: a new mask each step, and the mean of its outputs with and without the scale 1/p."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

NEURONS, STEPS = 12, 240
KEPT = tuple(range(2, 11))
"""The keep-probabilities, in tenths."""


@dataclass(frozen=True)
class Frames:
    """A layer of 12 neurons under dropout, for 240 steps and each of the keep-probabilities.

    - `full`: the layer's output without dropout.
    - `draws` (240 × 12): a digit from 0 to 9 for each step and neuron. With keep-probability p a neuron is kept where
      its digit is below 10 p.
    - `kept`: the keep-probabilities, in tenths.
    - `means` (9 × 240): the mean of the inverted-dropout outputs so far, for each keep-probability and step. The mean
      of the plain outputs is p times that.
    """

    full: float
    contributions: list[float]
    draws: list[list[int]]
    kept: list[int]
    means: list[list[float]]


@cache
def frames() -> Frames:
    """The output Σ vᵢ xᵢ of twelve neurons, under 240 masks that all keep-probabilities share."""
    rng = np.random.default_rng(1)
    contributions = rng.uniform(0.05, 0.35, NEURONS)
    contributions *= 2 / contributions.sum()
    draws = rng.integers(0, 10, (STEPS, NEURONS))
    steps = np.arange(1, STEPS + 1)
    means = [(np.cumsum((draws < tenths) @ contributions / (tenths / 10)) / steps).tolist() for tenths in KEPT]
    return Frames(float(contributions.sum()), contributions.tolist(), draws.tolist(), list(KEPT), means)
