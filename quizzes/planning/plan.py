"""Today's plan: the tasks that gain the most marks at the exam in the minutes there are.

A task (a card, or a round of a match set) reviewed today is worth what it will still be worth at the exam, T days from
now. Reviewed, it is right with chance p = R + (1 - R)·g, and the memory then moves as `good`; else as `again`:

    gain = weight · (p·P(correct at T | good) + (1 - p)·P(correct at T | again) - P(correct at T | not reviewed))

A task never seen has R = 0: today and at the exam it is right by luck alone, and any review gives it a first
stability.

The policy is greedy. Due tasks come in the order of gain per second, and so do new ones; the two lists are laced into
one, in which new tasks have `NEW_SHARE` of the seconds from the start, so that due work never keeps the rest of the
course from being met before the exam. Where one list ends, the other takes all. The plan is the beginning of the laced
list that fits the day. As that list does not depend on the minutes, more minutes only ever add tasks, none of which
costs marks: the expected score never falls. What is chosen is asked in this order: due tasks, most gain per second
first, then new ones in the order given, which is that of the lessons.

Without an exam, a review is valued by what it adds to recall after `HORIZON_DAYS`, due tasks come before all new ones,
and new ones in the order given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quizzes.memory import fsrs

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.intp]

HORIZON_DAYS = 30.0
"""Without an exam: how far ahead a review's worth is read, at a desired retention of 0.9."""
NEW_SHARE = 0.25
"""The part of the day's seconds that due tasks leave to new ones while an exam is ahead."""


@dataclass(frozen=True)
class Plan:
    """The indices of the chosen tasks, in the order to ask them; each one's gain in that order; the seconds of all.

    With an exam, gains are shares of its marks, and the scores (0-1) are the expected ones without and with the plan.
    Without one, gains are those in recall after the horizon, and the scores are None.
    """

    order: list[int]
    gain: list[float]
    seconds: float
    score_before: float | None
    score_after: float | None


def plan(
    *,
    stability: ArrayLike,
    difficulty: ArrayLike,
    elapsed_days: ArrayLike,
    due: ArrayLike,
    weight: ArrayLike,
    seconds: ArrayLike,
    guess_rate: ArrayLike,
    days_to_exam: float | None,
    budget_seconds: float,
    desired_retention: float = 0.9,
    w: Sequence[float] = fsrs.DEFAULT_PARAMETERS,
) -> Plan:
    """Choose and order today's tasks.

    All arrays have shape (tasks,): stability in days (NaN: new), difficulty in [1, 10] (NaN: new), days since the last
    review, whether due by the end of the day, share of the exam (≥ 0, on any scale; without an exam not used), expected
    seconds (> 0), guess rate in [0, 1]. `days_to_exam` counts from now; None: no exam is ahead, and the horizon is
    `HORIZON_DAYS`, drawn nearer or farther as `desired_retention` draws a card's interval.

    A task is begun as long as `budget_seconds` are not used up, so the plan exceeds them by less than its last task.
    With an exam, a task that cannot matter there (weight 0, or a review would cost marks) is left out, and a due one
    that gains nothing yet, such as one to relearn today, comes after all that gain. Ties keep the given order.

    Raises ValueError on a weight below 0 or seconds that are not above 0.
    """
    S, D, t, weights, lasts, g = (
        np.asarray(given, dtype=np.float64)
        for given in (stability, difficulty, elapsed_days, weight, seconds, guess_rate)
    )
    if not ((weights >= 0).all() and (lasts > 0).all()):
        raise ValueError("Weights are at least 0, and every task takes some seconds.")
    new = np.isnan(S)
    is_due = np.asarray(due, dtype=bool) & ~new
    if days_to_exam is None:
        horizon = float(fsrs.interval(HORIZON_DAYS, desired_retention, w))
        without = chance_at(S, t + horizon, g, w)
        gain = chance_if_reviewed(S, D, t, horizon, g, w) - without
        reviews = _best_first(gain / lasts, np.flatnonzero(is_due))
        laced = np.concatenate([reviews, np.flatnonzero(new)])
    else:
        horizon = max(days_to_exam, 0.0)
        without = chance_at(S, t + horizon, g, w)
        shares = weights / max(float(weights.sum()), np.finfo(float).tiny)
        gain = shares * (chance_if_reviewed(S, D, t, horizon, g, w) - without)
        reviews = _best_first(gain / lasts, np.flatnonzero(is_due & (gain > 0)))
        laced = _laced(reviews, _best_first(gain / lasts, np.flatnonzero(new & (gain > 0))), lasts)
        laced = np.concatenate([laced, np.flatnonzero(is_due & (gain == 0) & (weights > 0))])
    chosen = laced[: int(np.searchsorted(_begins(lasts[laced]), budget_seconds))]
    order = np.concatenate([chosen[~new[chosen]], np.sort(chosen[new[chosen]])])
    before = after = None
    if days_to_exam is not None and weights.any():
        before = float(shares @ without)
        after = before + float(gain[chosen].sum())
    return Plan(order.tolist(), gain[order].tolist(), float(lasts[order].sum()), before, after)


def chance_at(
    stability: Floats, days: ArrayLike, guess_rate: ArrayLike, w: Sequence[float] = fsrs.DEFAULT_PARAMETERS
) -> Floats:
    """P(correct) `days` after the last review, luck included; a new task (stability NaN) is right by luck alone."""
    R = np.nan_to_num(fsrs.retrievability(days, stability, w), nan=0.0)
    return fsrs.expected_correct(R, guess_rate)


def chance_if_reviewed(
    stability: Floats,
    difficulty: Floats,
    elapsed_days: Floats,
    horizon_days: float,
    guess_rate: Floats,
    w: Sequence[float] = fsrs.DEFAULT_PARAMETERS,
) -> Floats:
    """E[P(correct)] `horizon_days` after a review today, over that review's success (`good`) and failure (`again`)."""
    p = chance_at(stability, elapsed_days, guess_rate, w)
    good, _ = fsrs.step(stability, difficulty, elapsed_days, fsrs.GOOD, w)
    again, _ = fsrs.step(stability, difficulty, elapsed_days, fsrs.AGAIN, w)
    if_right = chance_at(good, horizon_days, guess_rate, w)
    if_wrong = chance_at(again, horizon_days, guess_rate, w)
    return np.asarray(p * if_right + (1 - p) * if_wrong)


def _best_first(value: Floats, tasks: Indices) -> Indices:
    return tasks[np.argsort(-value[tasks], kind="stable")]


def _laced(reviews: Indices, new: Indices, seconds: Floats) -> Indices:
    """One list of both, each in its order, where new tasks have `NEW_SHARE` of the seconds up to any point.

    A review whose predecessors take s seconds begins when s / (1 - NEW_SHARE) have passed in all, a new task when
    s / NEW_SHARE have.
    """
    begins = np.concatenate([_begins(seconds[reviews]) / (1 - NEW_SHARE), _begins(seconds[new]) / NEW_SHARE])
    return np.concatenate([reviews, new])[np.argsort(begins, kind="stable")]


def _begins(seconds: Floats) -> Floats:
    """When each of consecutive tasks begins, in seconds from the start."""
    return np.concatenate([[0.0], np.cumsum(seconds)[:-1]])[: seconds.size]
