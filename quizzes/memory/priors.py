"""What parameters are likely before somebody's answers say so: a normal distribution of their logarithms.

All parameters of FSRS-6 are positive, and people differ in them by factors, so the prior is normal in log w, with the
correlations that people's parameters have: few answers then move all that they tell of. The built-in one is centred on
the defaults, and as wide as the parameters of 24 real learners lie about them (the open spaced-repetition benchmark);
its table is made by `manage.py make_memory_prior`. A course with enough fits of its own students has another.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from quizzes.memory import fsrs
from quizzes.memory.fsrs import Floats

TABLE = Path(__file__).with_name("prior.csv")
"""The built-in prior: the mean of log w, then the 21 rows of its covariance."""
LOWEST: Floats = np.array(
    (*(0.001,) * 4, 1.0, 0.02, 0.02, 0.001, *(0.02,) * 3, *(0.01,) * 2, 0.02, 0.02, 0.05, 1.0, *(0.02,) * 3, 0.05)
)
"""Logarithms begin here: smaller parameters differ by nothing that answers could show."""
HIGHEST: Floats = np.array(
    (*(100.0,) * 4, 10.0, 4.0, 4.0, 0.75, 4.5, 0.8, 3.5, 5.0, 0.25, 0.9, 4.0, 1.0, 6.0, 2.0, 2.0, 0.8, 0.8)
)
"""As `fsrs` clamps them."""
INDEPENDENT = 0.2
"""The share by which correlations seen among few learners are shrunk to none: 21 parameters, 24 learners."""
STRENGTH = 30
"""A prior that is given counts like so many learners, beside those that it is drawn towards."""
JITTER = 1e-4
"""Added to variances, so that a parameter in which learners are alike may still move."""


@dataclass(frozen=True)
class Prior:
    """The mean (21,) of log w, and its covariance (21, 21)."""

    mean: Floats
    covariance: Floats


def to_logs(w: ArrayLike) -> Floats:
    """Return log w of the parameters (…, 21), each within its bounds."""
    return np.asarray(np.log(np.clip(np.asarray(w, dtype=np.float64), LOWEST, HIGHEST)))


def from_logs(logs: Floats) -> tuple[float, ...]:
    """Return the parameters w0…w20, each within its bounds, of which these are the logarithms (21,)."""
    return tuple(np.clip(np.exp(logs), LOWEST, HIGHEST).tolist())


def spread_about_defaults(learners: ArrayLike) -> Prior:
    """Return the prior centred on the defaults, as wide as the parameters (learners, 21) lie about them."""
    mean = to_logs(fsrs.DEFAULT_PARAMETERS)
    covariance = _scatter(to_logs(learners) - mean)
    alone = np.diag(np.diag(covariance))
    return Prior(mean, covariance + INDEPENDENT * (alone - covariance) + JITTER * np.eye(mean.size))


def draw_towards(learners: ArrayLike, prior: Prior) -> Prior:
    """Return the prior that the parameters (learners, 21) make of `prior`, which counts like `STRENGTH` of them.

    The mean of the posterior of a normal distribution's mean and covariance (normal and inverse Wishart; Gelman et al.,
    Bayesian Data Analysis, 3.6).
    """
    logs = to_logs(learners)
    n, mean = len(logs), logs.mean(axis=0)
    share = n / (n + STRENGTH)
    between = np.outer(mean - prior.mean, mean - prior.mean)
    covariance = share * _scatter(logs - mean) + (1 - share) * (prior.covariance + share * between)
    return Prior(prior.mean + share * (mean - prior.mean), covariance)


@cache
def built_in() -> Prior:
    """Return the prior of who is in no course that has one of its own."""
    mean, *covariance = np.loadtxt(TABLE, delimiter=",")
    return Prior(mean, np.array(covariance))


def write_table(prior: Prior, to: Path) -> None:
    """Write a table like the one that `built_in` reads."""
    np.savetxt(to, [prior.mean, *prior.covariance], fmt="%.6g", delimiter=",")


def _scatter(away: Floats) -> Floats:
    return np.asarray(away.T @ away / len(away))
