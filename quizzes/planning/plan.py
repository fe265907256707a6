"""Today's plan: the tasks that gain the most marks at the exam in the minutes there are.

A task (a card, or a round of a match set) is chosen by its priority, see `value`: mostly the marks that are lost by
putting it off, given all that the days until the exam can still hold. Tasks that are not due by any interval are chosen
too where that pays, and due ones left alone where it does not. Several exams add their priorities up.

The plan is the beginning of the list of priorities that fits the day. A wrong answer is asked again the same day, so
each task is expected to take its seconds, and as many again times the chance that it is wrong. As priorities do not
depend on today's minutes, more of them only ever add tasks, none of which costs marks: the expected score never falls.
What is chosen is asked in this order: tasks seen before, highest priority first, then new ones in the order given,
which is that of the lessons.

Without an exam, a review is valued by what it adds to recall after `HORIZON_DAYS`, due tasks come before all new ones,
and new ones in the order given. After days that were missed nothing piles up: the plan has its minutes, and the most
valuable of what waits is in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quizzes.memory import fsrs
from quizzes.planning import value
from quizzes.planning.cards import Cards, costs, gains

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.intp]
Booleans: TypeAlias = NDArray[np.bool_]

HORIZON_DAYS = 30.0
"""Without an exam: how far ahead a review's worth is read, at a desired retention of 0.9."""


@dataclass(frozen=True)
class Plan:
    """The indices of the chosen tasks in the order to ask them, and in that order each one's gain and seconds.

    The seconds are expected ones, and include those of asking again what was answered wrong.

    With an exam, gains are shares of its marks, and the scores (0-1) are the expected ones without and with the plan.
    Without one, gains are those in recall after the horizon, and the scores are None.
    """

    order: list[int]
    gain: list[float]
    takes: list[float]
    score_before: float | None
    score_after: float | None

    @property
    def seconds(self) -> float:
        """The expected seconds of all."""
        return sum(self.takes)


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
    seconds_a_day: float | None = None,
    later_exams: Sequence[tuple[ArrayLike, float]] = (),
    desired_retention: float = 0.9,
    w: Sequence[float] = fsrs.DEFAULT_PARAMETERS,
) -> Plan:
    """Choose and order today's tasks.

    All arrays have shape (tasks,): stability in days (NaN: new), difficulty in [1, 10] (NaN: new), days since the last
    review, whether due by the end of the day, share of the exam (≥ 0, on any scale; without an exam not used), expected
    seconds (> 0), guess rate in [0, 1]. `days_to_exam` counts from now; None: no exam is ahead, and the horizon is
    `HORIZON_DAYS`, drawn nearer or farther as `desired_retention` draws a card's interval. `seconds_a_day` are those
    of the days to come (unless told, `budget_seconds`); `later_exams` are (weights, days) of others, which count alike.

    A task is begun as long as `budget_seconds` are not used up, so the plan exceeds them by less than its last task.
    With an exam, a task that cannot matter there (weight 0, or a review would cost marks) is left out, as is what was
    seen today; what is to be relearned today, and gains nothing yet, comes after all that gain. Ties keep the order.

    Raises ValueError on a weight below 0 or seconds that are not above 0.
    """
    S, D, t, weights, lasts, g = (
        np.asarray(column, dtype=np.float64)
        for column in (stability, difficulty, elapsed_days, weight, seconds, guess_rate)
    )
    later = [(np.asarray(shares, dtype=np.float64), days) for shares, days in later_exams]
    _check([weights, *(shares for shares, _ in later)], lasts)
    if not S.size:
        return Plan([], [], [], None, None)
    tasks = Cards(S[None], D[None], t[None], weights[None], lasts[None], g[None])
    is_due = np.asarray(due, dtype=bool) & ~np.isnan(S)
    takes = costs(tasks, w)[0]
    if days_to_exam is None:
        listed, gain, before = *_without_exam(tasks, is_due, takes, desired_retention, w), None
    else:
        daily = max(budget_seconds if seconds_a_day is None else seconds_a_day, 1.0)
        exams = [(weights, max(days_to_exam, 0.0)), *((shares, max(days, 0.0)) for shares, days in later)]
        listed, gain = _toward_exams(tasks, is_due, takes, exams, daily, tuple(w))
        before = float(_shares(weights) @ chance_at(S, t + exams[0][1], g, w)) if weights.any() else None
    chosen = listed[: int(np.searchsorted(_begins(takes[listed]), budget_seconds))]
    return _ordered(chosen, np.isnan(S), gain, takes, before)


def _check(weights: Sequence[Floats], seconds: Floats) -> None:
    if not (all((shares >= 0).all() for shares in weights) and (seconds > 0).all()):
        raise ValueError("Weights are at least 0, and every task takes some seconds.")


def _ordered(
    chosen: NDArray[np.int64], new: NDArray[np.bool_], gain: Floats, takes: Floats, before: float | None
) -> Plan:
    """The plan of the chosen tasks: reviews in the order of the choice, then what is new in the order of the tasks."""
    order = np.concatenate([chosen[~new[chosen]], np.sort(chosen[new[chosen]])])
    after = None if before is None else before + float(gain[chosen].sum())
    return Plan(order.tolist(), gain[order].tolist(), takes[order].tolist(), before, after)


def _without_exam(
    tasks: Cards, due: Booleans, takes: Floats, desired_retention: float, w: Sequence[float]
) -> tuple[Indices, Floats]:
    """What is due, the most gained per second first, then what is new; and each task's gain in recall."""
    S, D, t, g = tasks.S[0], tasks.D[0], tasks.elapsed[0], tasks.guess[0]
    horizon = float(fsrs.interval(HORIZON_DAYS, desired_retention, w))
    gain = chance_if_reviewed(S, D, t, horizon, g, w) - chance_at(S, t + horizon, g, w)
    reviews = _best_first(gain / takes, np.flatnonzero(due))
    return np.concatenate([reviews, np.flatnonzero(np.isnan(S))]), gain


def _toward_exams(
    tasks: Cards,
    due: Booleans,
    takes: Floats,
    exams: Sequence[tuple[Floats, float]],
    seconds_a_day: float,
    w: tuple[float, ...],
) -> tuple[Indices, Floats]:
    """The tasks by their priority for all exams, and each one's gain at the first; `exams` are (weights, days)."""
    S, t, weights = tasks.S[0], tasks.elapsed[0], exams[0][0]
    priority, adds = np.zeros(S.size), np.zeros(S.size, dtype=bool)
    gain = np.zeros(S.size)
    for number, (each, days) in enumerate(exams):
        shared = replace(tasks, weight=_shares(each)[None])
        per_second = gains(shared, days, w)[0]
        if number == 0:
            gain = per_second * takes
        if each.any():
            priorities = value.priorities(shared, days, np.array([seconds_a_day]), w)[0]
            priority += np.where(np.isfinite(priorities), priorities, 0.0)
        adds |= per_second > 0
    fresh = np.isnan(S) | (t >= 1) | due
    useful = _best_first(priority, np.flatnonzero(adds & (priority > 0) & (gain >= 0) & fresh))
    to_relearn = np.flatnonzero(due & (gain == 0) & (priority == 0) & (weights > 0))
    return np.concatenate([useful, to_relearn]), gain


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


def _shares(weight: Floats) -> Floats:
    return np.asarray(weight / max(float(weight.sum()), np.finfo(float).tiny))


def _begins(seconds: Floats) -> Floats:
    """When each of consecutive tasks begins, in seconds from the start."""
    return np.concatenate([[0.0], np.cumsum(seconds)[:-1]])[: seconds.size]
