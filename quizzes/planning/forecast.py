"""The score to expect at the exam, if nothing more is reviewed until then."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from quizzes.memory import fsrs
from quizzes.planning.cards import Floats, known_unseen

Z = 1.645
"""Of a two-sided 90 % interval."""


@dataclass(frozen=True)
class Forecast:
    """The expected score and its 90 % interval, all in [0, 1].

    Of the tasks that count, so many were `met` before; the others, `unmet`, count as first answers are expected.
    """

    score: float
    low: float
    high: float
    met: int = 0
    unmet: int = 0


def forecast(
    *,
    stability: ArrayLike,
    elapsed_days: ArrayLike,
    weight: ArrayLike,
    guess_rate: ArrayLike,
    first: ArrayLike,
    days_to_exam: float,
    w: Sequence[float] = fsrs.DEFAULT_PARAMETERS,
    doubt: Callable[[Floats], float] = lambda moves: 0.0,
) -> Forecast | None:
    """The score at an exam `days_to_exam` days from now that asks each task once, marked by its weight.

    All arrays have shape (tasks,): stability in days (NaN: never seen), days since the last review, weight (≥ 0, on
    any scale), guess rate, and the chance that what was never seen is known (both in [0, 1]). None where the weights
    are all 0. Raises ValueError on a weight below 0.

    Task i is right with chance p_i, independently of the others, and carries the share v_i of the marks. The score
    Σ v_i·X_i then has mean Σ v_i·p_i and variance Σ v_i²·p_i·(1 - p_i); the interval is the normal one, cut to [0, 1].
    It holds the luck of the day, and the doubt about first answers: `doubt` tells the variance of Σ moves·known for
    what each chance to be known moves the score. It does not hold the doubt about the memory model.
    """
    weights = np.asarray(weight, dtype=np.float64)
    if (weights < 0).any():
        raise ValueError("Weights are at least 0.")
    if not weights.any():
        return None
    v = weights / weights.sum()
    days = np.nan_to_num(np.asarray(elapsed_days, dtype=np.float64)) + max(days_to_exam, 0.0)
    S = np.asarray(stability, dtype=np.float64)
    unseen, luck = np.isnan(S), np.asarray(guess_rate, dtype=np.float64)
    fades = known_unseen(np.ones(S.shape), days, w)
    known = np.where(unseen, np.asarray(first) * fades, fsrs.retrievability(days, S, w))
    p = fsrs.expected_correct(known, luck)
    score = float(v @ p)
    moves = np.where(unseen, v * (1 - luck) * fades, 0.0)
    half = Z * float(np.sqrt(v**2 @ (p * (1 - p)) + doubt(moves)))
    met, unmet = (int(np.count_nonzero(weights[which])) for which in (~unseen, unseen))
    return Forecast(score, max(score - half, 0.0), min(score + half, 1.0), met, unmet)
