"""Today's plan: the reviews that gain the most marks at the exam in the minutes there are.

First policy: greedy by expected gain per second. A task reviewed today is worth what it will still be worth at the
exam, T days ahead:

    gain = weight · (E[P(correct at T) | reviewed today] - P(correct at T) without)

where a review succeeds with chance R (and then moves the memory as `good`) and fails with 1 - R (as `again`). A task
that is new has R = 0: it is wrong now with certainty, yet reading the answer gives it the first stability.
What is due comes first, because a due card left alone is lost at the exam day's price; new tasks follow in the order
of the course, and keep a share of the minutes for themselves while an exam is ahead, so that everything is met in
time. Where even that share cannot introduce everything before the exam, the new tasks of the highest gain per second
are taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quizzes.memory import fsrs

Floats = NDArray[np.float64]

HORIZON_DAYS = 30.0
"""Without an exam, a review is valued by what is recalled this many days ahead."""
NEW_SHARE = 0.25
"""The part of the day's seconds that due work leaves to new tasks while an exam is ahead."""
FIRST_RIGHT = 0.3
"""The chance that a task never seen is answered right from the lesson alone; guesses come on top."""


@dataclass(frozen=True)
class Plan:
    """The indices of the chosen tasks, in order; their total seconds; the expected score without and with them.

    The scores (0-1) are weighted means of P(correct) at the exam, None where no exam is ahead.
    """

    order: list[int]
    seconds: float
    gain: list[float]
    score_before: float | None
    score_after: float | None


def plan(
    *,
    stability: Floats,
    difficulty: Floats,
    elapsed_days: Floats,
    due: NDArray[np.bool_],
    weight: Floats,
    seconds: Floats,
    guess_rate: Floats,
    days_to_exam: float | None,
    budget_seconds: float,
    desired_retention: float = 0.9,
    w: Sequence[float] = fsrs.DEFAULT_PARAMETERS,
) -> Plan:
    """Choose and order today's tasks.

    All arrays have shape (n,): stability in days (NaN: new), difficulty, days since the last review, whether due by
    the end of the day, share of the exam (≥ 0), expected seconds (> 0), guess rate. `days_to_exam` ≥ 0, or None.
    The plan fills `budget_seconds` and goes beyond them by less than its last task; it is empty when they are ≤ 0.
    Ties keep the given order. With an exam ahead, tasks that cannot matter (weight 0) are left out.
    """
    horizon = HORIZON_DAYS if days_to_exam is None else max(days_to_exam, 0.0)
    without = chance_at(stability, elapsed_days + horizon, guess_rate, w)
    reviewed = chance_if_reviewed(stability, difficulty, elapsed_days, horizon, guess_rate, w)
    gain = weight * (reviewed - without)
    if days_to_exam is None:
        gain = reviewed - without
    value = np.where(np.isfinite(gain), gain, 0.0) / seconds
    new = np.isnan(stability)
    useful = value > 0

    first = _by_value(value, np.flatnonzero(due & ~new & useful))
    later = np.flatnonzero(new & useful) if days_to_exam is not None else np.flatnonzero(new)
    reserve = NEW_SHARE * budget_seconds if days_to_exam is not None and len(later) else 0.0
    if float(seconds[later].sum()) > reserve * horizon:
        # There is no time to meet everything: the most valuable first.
        later = _by_value(value, later)
    chosen = _within(first, seconds, budget_seconds - reserve)
    left = budget_seconds - float(seconds[chosen].sum())
    chosen_new = _within(later, seconds, left)
    left -= float(seconds[chosen_new].sum())
    rest = _within(first[len(chosen) :], seconds, left)
    order = np.concatenate([chosen, rest, np.sort(chosen_new)]).astype(int)

    total = float(weight.sum())
    before = after = None
    if days_to_exam is not None and total > 0:
        before = float(weight @ without / total)
        after = before + float(gain[order].sum() / total)
    return Plan(order.tolist(), float(seconds[order].sum()), gain[order].tolist(), before, after)


def chance_at(
    stability: Floats, days: Floats, guess_rate: Floats, w: Sequence[float] = fsrs.DEFAULT_PARAMETERS
) -> Floats:
    """P(correct) `days` after the last review, luck included; a new task is right by luck alone."""
    known = ~np.isnan(stability)
    recall = np.where(known, fsrs.retrievability(days, np.where(known, stability, 1.0), w), 0.0)
    return fsrs.expected_correct(recall, guess_rate)


def chance_if_reviewed(
    stability: Floats,
    difficulty: Floats,
    elapsed_days: Floats,
    horizon_days: float,
    guess_rate: Floats,
    w: Sequence[float] = fsrs.DEFAULT_PARAMETERS,
) -> Floats:
    """E[P(correct)] `horizon_days` after a review today: over success and failure of that review."""
    new = np.isnan(stability)
    recall_now = np.where(new, FIRST_RIGHT, fsrs.retrievability(elapsed_days, np.where(new, 1.0, stability), w))
    success = fsrs.expected_correct(recall_now, guess_rate)
    ratings = np.full(len(stability), fsrs.GOOD)
    right, _ = fsrs.step(stability, difficulty, elapsed_days, ratings, w)
    wrong, _ = fsrs.step(stability, difficulty, elapsed_days, np.full(len(stability), fsrs.AGAIN), w)
    ahead = np.full(len(stability), horizon_days)
    return success * chance_at(right, ahead, guess_rate, w) + (1 - success) * chance_at(wrong, ahead, guess_rate, w)


def _by_value(value: Floats, candidates: NDArray[np.intp]) -> NDArray[np.intp]:
    return candidates[np.argsort(-value[candidates], kind="stable")]


def _within(order: NDArray[np.intp], seconds: Floats, budget: float) -> NDArray[np.intp]:
    """The leading tasks that begin within the budget."""
    if budget <= 0:
        return order[:0]
    begins = np.cumsum(seconds[order]) - seconds[order]
    return order[begins < budget]
