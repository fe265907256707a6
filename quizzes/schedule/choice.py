"""Decide on a student's situation: what to plan, what score to expect, what the days to come hold. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from quizzes.calendar import StudyDay
from quizzes.planning import outlook, plan
from quizzes.planning.cards import Cards
from quizzes.planning.forecast import Forecast, forecast
from quizzes.planning.reading import Read
from quizzes.schedule.facts import Candidates, ExamAhead, SectionToRead, Situation, Task

MAX_EXTRA_SECONDS = 4 * 3600
"""The most that can be asked for at once on top of a day's minutes."""
DAY_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Choice:
    """The tasks of a plan, in the order to ask them, and the expected exam score (0-1) without and with them.

    The scores are None without an exam ahead, or where nothing can be asked. `reading` is what comes before some of the
    tasks.
    """

    tasks: tuple[Task, ...] = ()
    score_before: float | None = None
    score_after: float | None = None
    reading: tuple[SectionToRead, ...] = ()


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
    return choose_all([(situation, budget_seconds)])[0]


def choose_all(situations: Sequence[tuple[Situation, float]]) -> list[Choice]:
    """The same for many students, each with the seconds that they have; computed together."""
    plans = plan.plan_days([_day(situation, seconds) for situation, seconds in situations])
    return [
        Choice(
            tuple(
                _task(situation.candidates, at, round(takes)) for at, takes in zip(each.order, each.takes, strict=True)
            ),
            each.score_before,
            each.score_after,
            tuple(_section(situation.candidates, read) for read in each.reads),
        )
        for (situation, _), each in zip(situations, plans, strict=True)
    ]


def _day(situation: Situation, budget_seconds: float) -> plan.Day:
    candidates, reading = situation.candidates, situation.reading
    put_off = [at for at, each in enumerate(candidates.cards.bank.sections) if each.key in situation.put_off]
    waits = np.isin(reading.section, put_off) if reading and put_off else False
    return plan.Day(
        stability=candidates.stability,
        difficulty=candidates.difficulty,
        elapsed_days=candidates.elapsed_days,
        due=candidates.due,
        seconds=candidates.seconds,
        guess_rate=candidates.guess_rate,
        first=candidates.first,
        exams=_exams(situation),
        budget_seconds=budget_seconds,
        seconds_a_day=situation.daily_minutes * 60.0,
        desired_retention=situation.desired_retention,
        w=situation.w,
        relations=candidates.relations,
        resting=candidates.resting | waits,
        reading=reading,
    )


def _exams(situation: Situation) -> list[plan.Exam]:
    """The exams ahead; beside them a course that has none is prepared for as if it had one after the usual horizon."""
    candidates = situation.candidates
    exams = [plan.Exam(candidates.weights(exam), days_until(exam, situation.day)) for exam in situation.exams]
    others = ~np.isin(candidates.courses, [exam.course for exam in situation.exams])
    if exams and others.any():
        exams.append(plan.Exam(others.astype(np.float64), plan.HORIZON_DAYS))
    return exams


def forecast_exam(situation: Situation, exam: ExamAhead) -> Forecast | None:
    """The score to expect if nothing more were reviewed; None where nothing that the exam weighs can be asked."""
    return forecast_candidates(situation.candidates, exam, situation.day, situation.w)


def forecast_candidates(candidates: Candidates, exam: ExamAhead, day: StudyDay, w: Sequence[float]) -> Forecast | None:
    """The score to expect of the exam by these candidates, which stand as of `day`; None where none are weighed."""
    if not len(candidates):
        return None
    return forecast(
        stability=candidates.stability,
        elapsed_days=candidates.elapsed_days,
        weight=candidates.weights(exam),
        guess_rate=candidates.guess_rate,
        first=candidates.first,
        days_to_exam=days_until(exam, day),
        w=w,
        doubt=candidates.doubt,
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

    def change_of_score(self, minutes: float) -> float:
        """What so many more minutes (fewer, below 0) on a single day change the score that a kept plan brings.

        They count like as many spread over all days: the score is read off the curve, straight between its points.
        """
        each, scores = zip(*sorted(self.curve), strict=True)
        usual, changed = np.interp([self.minutes, self.minutes + minutes / len(self.days)], each, scores)
        return float(changed - usual)


def foresee(situation: Situation) -> ExamOutlook | None:
    """The outlook on the next exam, by simulation; None without one, or where nothing that it asks is left to ask."""
    if not situation.exams or not len(situation.candidates):
        return None
    exam, candidates = situation.exams[0], situation.candidates
    now = forecast_exam(situation, exam)
    columns = (
        candidates.stability,
        candidates.difficulty,
        candidates.elapsed_days,
        candidates.weights(exam),
        candidates.seconds,
        candidates.guess_rate,
        candidates.first,
    )
    cards = Cards(*(column[None] for column in columns))
    read_first = situation.reading.shares if situation.reading else 0.0
    first_read = situation.reading.once_read(candidates.first) if situation.reading else None
    days, minutes = days_until(exam, situation.day), situation.daily_minutes
    ahead = outlook.outlook(cards, days, minutes, situation.w, read_first, first_read)
    if now is None or ahead is None:
        return None
    to_come = [(situation.day.date + timedelta(days=number), day) for number, day in enumerate(ahead.days)]
    return ExamOutlook(exam, now, ahead.kept, minutes, ahead.curve, to_come)


def days_until(exam: ExamAhead, day: StudyDay) -> float:
    """Days from the start of the study day to the exam, at least 0."""
    return max((exam.at - day.begins_at) / timedelta(days=1), 0.0)


def _section(candidates: Candidates, read: Read) -> SectionToRead:
    cards, standing = candidates.cards, candidates.standing
    waiting = tuple(uuid.UUID(cards.keys[standing[task]]) for task in read.tasks)
    return SectionToRead(cards.bank.sections[read.section], round(read.seconds), waiting)


def _task(candidates: Candidates, at: int, seconds: int) -> Task:
    cards, standing = candidates.cards, candidates.standing[at]
    card, answered = uuid.UUID(cards.keys[standing]), bool(cards.answered[standing])
    return Task(card, candidates.facets[at], seconds, new=bool(candidates.new[at]), answered=answered)
