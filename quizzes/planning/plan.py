"""Today's plan: the tasks that gain the most marks at the exam in the minutes there are.

A task (a card, or a round of a match set) is chosen by its priority, see `value`: mostly the marks that are lost by
putting it off, given all that the days until the exam can still hold. Tasks that are not due by any interval are chosen
too where that pays, and due ones left alone where it does not. Several exams add their priorities up.

The plan is the beginning of the list of priorities that fits the day. A wrong answer is asked again the same day, so
each task is expected to take its seconds, and as many again times the chance that it is wrong. As priorities do not
depend on today's minutes, more of them only ever add tasks, none of which costs marks: the expected score never falls.
What is chosen is asked in this order: tasks seen before, highest priority first, then new ones in the order given,
which is that of the lessons; but siblings wait for another day, and concepts alternate, as far as `order` allows. The
section that teaches what is new is read before it, within the day's minutes (`reading`).

Without an exam, a review is valued by what it adds to recall after `HORIZON_DAYS`, due tasks come before all new ones,
and new ones in the order given. After days that were missed nothing piles up: the plan has its minutes, and the most
valuable of what waits is in them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quizzes.memory import fsrs
from quizzes.planning import order, value
from quizzes.planning.cards import Cards, chance_right, costs, gains
from quizzes.planning.reading import Read, Reading

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
    Without one, gains are those in recall after the horizon, and the scores are None. `reads` are the sections to read
    before the first task of each.
    """

    order: list[int]
    gain: list[float]
    takes: list[float]
    score_before: float | None
    score_after: float | None
    reads: list[Read] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """The expected seconds of all."""
        return sum(self.takes) + sum(read.seconds for read in self.reads)


@dataclass(frozen=True)
class Exam:
    """An exam ahead: the share of each task, (tasks,), ≥ 0 on any scale, and the days until then from now."""

    weight: Floats
    days: float


@dataclass(frozen=True)
class Day:
    """What a student's plan follows from; arrays have shape (tasks,).

    Stability in days (NaN: new), difficulty in [1, 10] (NaN: new), days since the last review, whether due by the end
    of the day, expected seconds (> 0), guess rate and chance to know what is new, both in [0, 1]. `exams` are those
    ahead, the next one first; without any the horizon is `HORIZON_DAYS`, drawn nearer or farther as `desired_retention`
    draws a card's interval. `budget_seconds` are those of today, `seconds_a_day` those of the days to come; `w` the
    parameters of the memory. `relations` are what the tasks have in common, and those `resting` are not
    asked; None: nothing, none. `reading` says which sections are read before their tasks; None: all were.
    """

    stability: Floats
    difficulty: Floats
    elapsed_days: Floats
    due: Booleans
    seconds: Floats
    guess_rate: Floats
    first: Floats
    exams: Sequence[Exam]
    budget_seconds: float
    seconds_a_day: float
    desired_retention: float
    w: tuple[float, ...]
    relations: order.Relations | None = None
    resting: Booleans | None = None
    reading: Reading | None = None

    @property
    def askable(self) -> Booleans:
        """Whether each task may be asked today."""
        return np.ones(self.stability.shape, dtype=bool) if self.resting is None else ~self.resting

    @property
    def first_asked(self) -> Floats:
        """The chance to know each task that is new as it is asked, which is once its section was read."""
        return self.first if self.reading is None else self.reading.once_read(self.first)

    @property
    def kind(self) -> tuple[object, ...]:
        """What days have in common that are planned together."""
        return self.stability.size, tuple(exam.days for exam in self.exams), self.desired_retention, self.w


def plan(
    *,
    stability: ArrayLike,
    difficulty: ArrayLike,
    elapsed_days: ArrayLike,
    due: ArrayLike,
    weight: ArrayLike,
    seconds: ArrayLike,
    guess_rate: ArrayLike,
    first: ArrayLike,
    days_to_exam: float | None,
    budget_seconds: float,
    seconds_a_day: float | None = None,
    later_exams: Sequence[tuple[ArrayLike, float]] = (),
    desired_retention: float = 0.9,
    w: Sequence[float] = fsrs.DEFAULT_PARAMETERS,
    relations: order.Relations | None = None,
    reading: Reading | None = None,
) -> Plan:
    """Choose and order the tasks of one student's day, see `Day`; the plan is that of `plan_days`.

    `weight` is each task's share of the exam, `days_to_exam` from now; None: no exam is ahead. `seconds_a_day` are,
    unless told, `budget_seconds`; `later_exams` are (weights, days) of others, which count alike.
    """
    columns = stability, difficulty, elapsed_days, seconds, guess_rate, first
    S, D, t, lasts, g, known = (np.asarray(column, dtype=np.float64) for column in columns)
    exams = [] if days_to_exam is None else [(weight, days_to_exam), *later_exams]
    day = Day(
        *(S, D, t, np.asarray(due, dtype=bool), lasts, g, known),
        exams=[Exam(np.asarray(shares, dtype=np.float64), max(days, 0.0)) for shares, days in exams],
        budget_seconds=budget_seconds,
        seconds_a_day=budget_seconds if seconds_a_day is None else seconds_a_day,
        desired_retention=desired_retention,
        w=tuple(w),
        relations=relations,
        reading=reading,
    )
    return plan_days([day])[0]


def plan_days(days: Sequence[Day]) -> list[Plan]:
    """Choose and order today's tasks of many students; each plan is, to the bit, what it would be alone.

    A task is begun as long as `budget_seconds` are not used up, so the plan exceeds them by less than its last task.
    With an exam, a task that cannot matter there (weight 0, or a review would cost marks) is left out, as is what was
    seen today; what is to be relearned today, and gains nothing yet, comes after all that gain. Ties keep the order.

    Days of one `kind` are computed together. Raises ValueError on a weight below 0 or seconds that are not above 0.
    """
    plans: list[Plan] = [Plan([], [], [], None, None)] * len(days)
    alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for number, day in enumerate(days):
        _check(day)
        if day.stability.size:
            alike[day.kind].append(number)
    for numbers in alike.values():
        for number, made in zip(numbers, _plan_alike([days[number] for number in numbers]), strict=True):
            plans[number] = made
    return plans


def _check(day: Day) -> None:
    if not (all((exam.weight >= 0).all() for exam in day.exams) and (day.seconds > 0).all()):
        raise ValueError("Weights are at least 0, and every task takes some seconds.")


def _plan_alike(days: Sequence[Day]) -> list[Plan]:
    """The plans of days of one kind."""
    tasks = Cards(
        *(
            np.array([getattr(day, name) for day in days])
            for name in ("stability", "difficulty", "elapsed_days", "seconds", "seconds", "guess_rate", "first_asked")
        )
    )
    takes = costs(tasks, days[0].w)
    if days[0].exams:
        return _toward_exams(days, tasks, takes)
    return _without_exam(days, tasks, takes)


def _fill(day: Day, listed: Indices, worth: Floats, gain: Floats, takes: Floats, before: float | None) -> Plan:
    """Begin the listed tasks as long as there is time: reviews in their order, then what is new in the tasks' order.

    Siblings wait, and concepts alternate, for a small share of the `worth`.
    """
    new = np.isnan(day.stability)
    if day.relations:
        done = np.flatnonzero(~new & (day.elapsed_days < 1))
        parted = order.put_off_siblings(listed.tolist(), worth, takes, day.budget_seconds, day.relations, done.tolist())
        listed = np.array(parted, dtype=np.intp)
    if day.reading:
        chosen = np.array(day.reading.choose(listed.tolist(), takes, day.budget_seconds), dtype=np.intp)
    else:
        chosen = listed[: int(np.searchsorted(_begins(takes[listed]), day.budget_seconds))]
    asked = np.concatenate([chosen[~new[chosen]], _in_order(chosen[new[chosen]], day.reading)])
    if day.relations:
        asked = np.array(order.interleave(asked.tolist(), worth, takes, new, day.relations), dtype=np.intp)
    after = None if before is None else before + float(gain[chosen].sum())
    reads = day.reading.list_reads(asked.tolist()) if day.reading else []
    return Plan(asked.tolist(), gain[asked].tolist(), takes[asked].tolist(), before, after, reads)


def _in_order(new: Indices, reading: Reading | None) -> Indices:
    """What is new in the tasks' order; what waits for reading behind all others, section by section."""
    return np.sort(new) if reading is None else new[np.lexsort((new, reading.section[new]))]


def _without_exam(days: Sequence[Day], tasks: Cards, takes: Floats) -> list[Plan]:
    """What is due, the most gained per second first, then what is new; gains are those in recall."""
    w = days[0].w
    horizon = float(fsrs.interval(HORIZON_DAYS, days[0].desired_retention, w))
    gains = chance_if_reviewed(tasks, horizon, w) - chance_right(tasks, w, horizon)
    plans = []
    for day, gain, last in zip(days, gains, takes, strict=True):
        new = np.isnan(day.stability)
        reviews = _best_first(gain / last, np.flatnonzero(day.due & ~new & day.askable))
        listed = np.concatenate([reviews, _in_order(np.flatnonzero(new & day.askable), day.reading)])
        plans.append(_fill(day, listed, np.maximum(gain, 0.0), gain, last, None))
    return plans


def _toward_exams(days: Sequence[Day], tasks: Cards, takes: Floats) -> list[Plan]:
    """The tasks by their priority for all exams; gains are those at the first."""
    w, daily = days[0].w, np.array([max(day.seconds_a_day, 1.0) for day in days])
    priority, adds, gain = np.zeros(takes.shape), np.zeros(takes.shape, dtype=bool), np.zeros(takes.shape)
    for number, exam in enumerate(days[0].exams):
        shared = replace(tasks, weight=np.array([_shares(day.exams[number].weight) for day in days]))
        per_second = gains(shared, exam.days, w)
        if number == 0:
            first, gain = shared, per_second * takes
        priorities = value.priorities(shared, exam.days, daily, w, per_second)
        priority += np.where(np.isfinite(priorities), priorities, 0.0)
        adds |= per_second > 0
    asked_at_exam = chance_right(tasks, w, days[0].exams[0].days)
    at_exam = chance_right(replace(tasks, first=np.array([day.first for day in days])), w, days[0].exams[0].days)
    lifts = first.weight * (asked_at_exam - at_exam)
    plans = []
    for at, day in enumerate(days):
        weighted = first.weight[at] > 0
        fresh = np.isnan(day.stability) | (day.elapsed_days >= 1) | day.due
        useful = adds[at] & (priority[at] > 0) & (gain[at] >= 0) & fresh & day.askable
        to_relearn = day.due & ~np.isnan(day.stability) & (gain[at] == 0) & (priority[at] == 0) & weighted & day.askable
        listed = np.concatenate([_best_first(priority[at], np.flatnonzero(useful)), np.flatnonzero(to_relearn)])
        before = float(first.weight[at] @ at_exam[at]) if weighted.any() else None
        worth = np.maximum(priority[at] * takes[at], 0.0)
        if day.reading:
            listed = np.array(day.reading.order(listed.tolist(), worth, takes[at], lifts[at]), dtype=np.intp)
        made = _fill(day, listed, worth, gain[at], takes[at], before)
        if day.reading and made.score_after is not None:
            read = day.reading.opened_by(made.order)
            made = replace(made, score_after=made.score_after + float(lifts[at][read].sum()))
        plans.append(made)
    return plans


def chance_if_reviewed(tasks: Cards, horizon_days: float, w: Sequence[float] = fsrs.DEFAULT_PARAMETERS) -> Floats:
    """E[P(correct)] `horizon_days` after a review today, over that review's success (`good`) and failure (`again`)."""
    right = chance_right(tasks, w)
    if_right, if_wrong = (
        fsrs.expected_correct(fsrs.retrievability(horizon_days, after, w), tasks.guess)
        for after, _ in (fsrs.step(tasks.S, tasks.D, tasks.elapsed, rating, w) for rating in (fsrs.GOOD, fsrs.AGAIN))
    )
    return np.asarray(right * if_right + (1 - right) * if_wrong)


def _best_first(value: Floats, tasks: Indices) -> Indices:
    return tasks[np.argsort(-value[tasks], kind="stable")]


def _shares(weight: Floats) -> Floats:
    return np.asarray(weight / max(float(weight.sum()), np.finfo(float).tiny))


def _begins(seconds: Floats) -> Floats:
    """When each of consecutive tasks begins, in seconds from the start."""
    return np.concatenate([[0.0], np.cumsum(seconds)[:-1]])[: seconds.size]
