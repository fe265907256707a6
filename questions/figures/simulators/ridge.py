"""Ridge regression on sixteen noisy points: what the strength λ of an L2 penalty does to a flexible curve."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

POINTS, VALIDATION, NOISE, DEGREE = 16, 60, 0.25, 12
STRENGTHS = np.concatenate([[0.0], np.logspace(-8, 2, 61)])
GRID = np.linspace(-1, 1, 81)

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Frames:
    """Ridge regression of the same points, one frame for each of 62 strengths.

    - `x`, `y` (16): the training points.
    - `grid` (81): where the `truth` (81) and the `curves` of the frames (62 × 81) are evaluated.
    - `training`, `validation` (62): the mean squared errors.
    - `best`: the index of the frame with the smallest validation error.
    """

    x: list[float]
    y: list[float]
    grid: list[float]
    truth: list[float]
    strengths: list[float]
    curves: list[list[float]]
    training: list[float]
    validation: list[float]
    best: int


def truth(x: Array) -> Array:
    """The signal, which the points show with noise of standard deviation 0.25."""
    return np.sin(1.5 * np.pi * x)


@cache
def frames() -> Frames:
    """Minimise mean squared error + λ Σ wᵢ² over Legendre polynomials of degree 12, for each of 62 strengths.

    The constant is not penalised: to shift all the points would not change how complex a curve they need.
    """
    rng = np.random.default_rng(0)
    x = np.sort(rng.uniform(-1, 1, POINTS))
    y = truth(x) + NOISE * rng.standard_normal(POINTS)
    unseen = rng.uniform(-1, 1, VALIDATION)
    observed = truth(unseen) + NOISE * rng.standard_normal(VALIDATION)

    design, design_unseen, design_grid = (legendre.legvander(at, DEGREE) for at in (x, unseen, GRID))
    penalised = np.eye(DEGREE + 1)
    penalised[0, 0] = 0
    weights = np.array(
        [np.linalg.solve(design.T @ design + POINTS * lam * penalised, design.T @ y) for lam in STRENGTHS]
    )
    training = np.mean((weights @ design.T - y) ** 2, axis=1)
    validation = np.mean((weights @ design_unseen.T - observed) ** 2, axis=1)
    return Frames(
        x=x.tolist(),
        y=y.tolist(),
        grid=GRID.tolist(),
        truth=truth(GRID).tolist(),
        strengths=STRENGTHS.tolist(),
        curves=(weights @ design_grid.T).tolist(),
        training=training.tolist(),
        validation=validation.tolist(),
        best=int(validation.argmin()),
    )
