"""The most probable parameters, given answers and a prior: Gauss-Newton, damped (Levenberg and Marquardt)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from quizzes.memory.fsrs import Floats
from quizzes.memory.priors import Prior

MAX_STEPS = 20
NUDGE = 1e-4
"""By which each logarithm is moved, to see the slope of what is predicted."""
ENOUGH = 1e-3
"""A step that gains less than so many nats of probability is the last."""
LEAST_DAMPING, MOST_DAMPING, DAMPING_FACTOR = 1e-6, 1e3, 8.0


def find_mode(
    predict: Callable[[Floats], Floats], correct: Floats, prior: Prior, begin: Floats | None = None
) -> Floats:
    """Return the logarithms (21,) of the parameters at which answers and prior together are most probable.

    `predict` says P(correct), within (0, 1), of the answers (n,) by logarithms (21,); `correct` (n,) are 1 and 0. What
    is minimised is −Σ ln P(answer) + ½·(z − μ)ᵀ·Σ⁻¹·(z − μ), with the curvature of its expectation (Fisher scoring).
    It is looked for from `begin` (21,), else from what is most probable beforehand.
    """
    precision = np.linalg.inv(prior.covariance)
    right = correct > 0

    def improbability(z: Floats, p: Floats) -> float:
        away = z - prior.mean
        return float(away @ precision @ away / 2 - np.log(np.where(right, p, 1 - p)).sum())

    z, damping = prior.mean if begin is None else begin, 1e-3
    p = predict(z)
    now = improbability(z, p)
    for _ in range(MAX_STEPS):
        slopes = np.stack([(predict(z + NUDGE * unit) - p) / NUDGE for unit in np.eye(z.size)], axis=1)
        variance = p * (1 - p)
        downhill = slopes.T @ ((correct - p) / variance) - precision @ (z - prior.mean)
        curvature = slopes.T @ (slopes / variance[:, None]) + precision
        gained = 0.0
        while gained <= 0 and damping < MOST_DAMPING:
            tried = z + np.linalg.solve(curvature + damping * np.diag(np.diag(curvature)), downhill)
            predicted = predict(tried)
            gained = now - improbability(tried, predicted)
            damping *= DAMPING_FACTOR if gained <= 0 else 1 / DAMPING_FACTOR
        if gained > 0:
            z, p, now, damping = tried, predicted, now - gained, max(damping, LEAST_DAMPING)
        if gained < ENOUGH:
            break
    return z
