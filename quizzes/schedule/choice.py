"""Decide on a student's situation: what to plan, what score to expect, what the days to come hold. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from quizzes.calendar import StudyDay
from quizzes.planning import outlook, plan
from quizzes.planning.cards import Cards, Floats
from quizzes.planning.forecast import Forecast, forecast
from quizzes.schedule.facts import Candidate, ExamAhead, Situation, Task

MAX_EXTRA_SECONDS = 4 * 3600
"""The most that can be asked for at once on top of a day's minutes."""
DAY_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Choice:
    """The tasks of a plan, in the order to ask them, and the expected exam score (0-1) without and with them.

    The scores are None without an exam ahead, or where nothing can be asked.
    """

    tasks: tuple[Task, ...] = ()
    score_before: float | None = None
    score_after: float | None = None


def seconds_left(daily_minutes: int, extra_seconds: int, spent_seconds: int, *, day_off: bool) -> int:
    """The seconds of the day that are still to be planned: none on a day off, else what is not spent yet."""
    return 0 if day_off else max(daily_minutes * 60 + extra_seconds - spent_seconds, 0)


def add_extra(daily_minutes: int, extra_seconds: int, spent_seconds: int, asked_for: int) -> int:
    """The seconds on top of the day's minutes once more were asked for.

    They begin now, also where more was spent than the day had: who asks for ten minutes gets ten.
    """
    begun = max(extra_seconds, spent_seconds - daily_minutes * 60)
    return min(begun + min(asked_for, MAX_EXTRA_SECONDS), DAY_SECONDS)


def choose_tasks(situation: Situation, budget_seconds: float) -> Choice:
    """The tasks that are worth most in `budget_seconds`; see `planning.plan`."""
    candidates, exams = situation.candidates, situation.exams
    if not candidates:
        return Choice()
    exam = exams[0] if exams else None
    chosen = plan.plan(
        stability=_column(candidates, "stability"),
        difficulty=_column(candidates, "difficulty"),
        elapsed_days=_column(candidates, "elapsed_days"),
        due=[candidate.due for candidate in candidates],
        weight=_weights(candidates, exam),
        seconds=_column(candidates, "seconds"),
        guess_rate=_column(candidates, "guess_rate"),
        days_to_exam=None if exam is None else days_until(exam, situation.day),
        budget_seconds=budget_seconds,
        seconds_a_day=situation.daily_minutes * 60.0,
        later_exams=[(_weights(candidates, later), days_until(later, situation.day)) for later in exams[1:]],
        desired_retention=situation.desired_retention,
        w=situation.w,
    )
    tasks = (
        _task(candidates[index], round(seconds)) for index, seconds in zip(chosen.order, chosen.takes, strict=True)
    )
    return Choice(tuple(tasks), chosen.score_before, chosen.score_after)


def forecast_exam(situation: Situation, exam: ExamAhead) -> Forecast | None:
    """The score to expect if nothing more were reviewed; None where nothing that the exam weighs can be asked."""
    return forecast_candidates(situation.candidates, exam, situation.day, situation.w)


def forecast_candidates(
    candidates: Sequence[Candidate], exam: ExamAhead, day: StudyDay, w: Sequence[float]
) -> Forecast | None:
    """The score to expect of the exam by these candidates, which stand as of `day`; None where none are weighed."""
    if not candidates:
        return None
    return forecast(
        stability=_column(candidates, "stability"),
        elapsed_days=_column(candidates, "elapsed_days"),
        weight=_weights(candidates, exam),
        guess_rate=_column(candidates, "guess_rate"),
        days_to_exam=days_until(exam, day),
        w=w,
    )


@dataclass(frozen=True)
class ExamOutlook:
    """What the days until the exam hold.

    The score to expect `now` and if the plan is `kept` with `minutes` a day; a `curve` of (minutes a day, score) to
    choose from; and what each of the coming days asks for.
    """

    exam: ExamAhead
    now: Forecast
    kept: Forecast
    minutes: int
    curve: list[tuple[int, float]]
    days: list[tuple[date, outlook.Day]]


def foresee(situation: Situation) -> ExamOutlook | None:
    """The outlook on the next exam, by simulation; None without one, or where nothing that it asks is left to ask."""
    if not situation.exams or not situation.candidates:
        return None
    exam, candidates = situation.exams[0], situation.candidates
    now = forecast_exam(situation, exam)
    columns = (
        _column(candidates, "stability"),
        _column(candidates, "difficulty"),
        _column(candidates, "elapsed_days"),
        _weights(candidates, exam),
        _column(candidates, "seconds"),
        _column(candidates, "guess_rate"),
    )
    cards = Cards(*(column[None] for column in columns))
    ahead = outlook.outlook(cards, days_until(exam, situation.day), situation.daily_minutes, situation.w)
    if now is None or ahead is None:
        return None
    days = [(situation.day.date + timedelta(days=number), day) for number, day in enumerate(ahead.days)]
    return ExamOutlook(exam, now, ahead.kept, situation.daily_minutes, ahead.curve, days)


def days_until(exam: ExamAhead, day: StudyDay) -> float:
    """Days from the start of the study day to the exam, at least 0."""
    return max((exam.at - day.begins_at) / timedelta(days=1), 0.0)


def share_weights(tasks: Sequence[tuple[str, str]], weights: Mapping[str, float]) -> Floats:
    """The share of the exam that hangs on each task, given as (main concept, kind).

    A concept has the weight of the blueprint, shared evenly among the kinds that ask it (an exam has slots of all
    kinds, however many items the bank holds of each), and then among the tasks of the kind.
    """
    sharers = Counter(tasks)
    kinds = Counter(concept for concept, _ in sharers)
    return np.array([weights.get(task[0], 0.0) / kinds[task[0]] / sharers[task] for task in tasks])


def _weights(candidates: Sequence[Candidate], exam: ExamAhead | None) -> Floats:
    if exam is None or not exam.weights:
        return np.ones(len(candidates))
    return share_weights([(candidate.concept, candidate.kind) for candidate in candidates], exam.weights)


def _column(candidates: Sequence[Candidate], name: str) -> Floats:
    return np.array([getattr(candidate, name) for candidate in candidates], dtype=np.float64)


def _task(candidate: Candidate, seconds: int) -> Task:
    return Task(candidate.card, candidate.facets, seconds, candidate.new)
