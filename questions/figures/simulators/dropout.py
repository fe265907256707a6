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
    """`full`: the layer's output without dropout. `draws` (240 × 12): a digit a neuron and step, 0-9; with
    keep-probability p the neuron is kept where its digit is below 10 p. `kept`: the probabilities in tenths.
    `means` (9 × 240): for each of them the mean of the inverted-dropout outputs so far; the plain one is p times it."""

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
