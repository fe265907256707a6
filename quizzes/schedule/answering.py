"""Answers come in, and the plan follows: at once where they end it, so that nothing is said before it is known."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from quizzes import reviews
from quizzes.background import outbox
from quizzes.calendar import study_day
from quizzes.models import ChangeLog, DailyPlan, Job, Student
from quizzes.reviews import Batch, BatchResultPayload, change_log
from quizzes.schedule.choice import seconds_left
from quizzes.schedule.exam_forecast import ForecastFacts
from quizzes.schedule.plans import load_plan, plan_locked
from quizzes.schedule.queue import DayState, load_day_state

PIECE = 50
"""Events that are taken in by one transaction: meanwhile the student's own answers wait, on SQLite everybody's."""


def answer(
    student: Student, document: object, *, now: datetime | None = None, quiet: bool = False
) -> BatchResultPayload:
    """Take in a batch of a student's events, and return what became of each, in their order.

    `quiet` leaves out those of which there is nothing to say but that they were accepted.

    A long batch is taken in piece by piece, and the plan follows from the last. Where that breaks off, what was stored
    stays, and will be a duplicate when the batch is sent again; the plan is a worker's then.

    `document` is untrusted JSON: `{"device", "device_now", "events"}`. Raises BatchError where it is malformed as a
    whole.
    """
    now = now or timezone.now()
    batch = reviews.read_batch(document)
    starts = range(0, len(batch.events), PIECE) or [0]
    *earlier, last = [batch.model_copy(update={"events": batch.events[start : start + PIECE]}) for start in starts]
    taken = [_take_in(student, piece, now, quiet=quiet, has_more=True) for piece in earlier]
    has_new = any(each.has_new for each in taken)
    taken.append(_take_in(student, last, now, quiet=quiet, has_new=has_new))
    return {**taken[-1].reply, "results": [result for each in taken for result in each.reply["results"]]}


class _Taken(NamedTuple):
    """What is answered to a piece of a batch, and whether any of its events was new."""

    reply: BatchResultPayload
    has_new: bool


@transaction.atomic
def _take_in(
    student: Student, piece: Batch, now: datetime, *, quiet: bool, has_more: bool = False, has_new: bool = False
) -> _Taken:
    """Take in a piece; `has_more` says whether others of its batch follow, `has_new` whether earlier ones had news."""
    log = change_log.lock(student, now)
    plan = load_plan(log.student, study_day(log.student, now))
    if piece.events and plan._state.adding:
        # So that the day has an end, by what was planned before the first answer.
        plan = plan_locked(log, now)
    accepted = reviews.accept(log, piece, now)
    has_new = has_new or accepted.has_new
    reply = reviews.batch_result(piece, accepted, now, quiet=quiet)
    if has_new and has_more:
        outbox.enqueue(Job.Kind.PLAN, log.student, now, delay=settings.PLAN_DELAY)
    elif has_new:
        _follow(log, plan, load_day_state(plan, log.student, study_day(log.student, now), now), now)
    return _Taken(reply, has_new)


def plan_after_answers(log: ChangeLog, now: datetime, facts: ForecastFacts | None) -> None:
    """Plan anew now where the day's plan or its minutes are through; else once the student has paused.

    For whoever holds the student's change log, and may have loaded what a forecast follows from after these answers.
    """
    day = study_day(log.student, now)
    plan = load_plan(log.student, day)
    _follow(log, plan, load_day_state(plan, log.student, day, now), now, facts)


def _follow(
    log: ChangeLog, plan: DailyPlan, state: DayState, now: datetime, facts: ForecastFacts | None = None
) -> None:
    if _is_through(plan, log.student, state):
        plan_locked(log, now, facts=facts)
    else:
        outbox.enqueue(Job.Kind.PLAN, log.student, now, delay=settings.PLAN_DELAY)


def _is_through(plan: DailyPlan, student: Student, state: DayState) -> bool:
    if not state.has_open_tasks:
        return True
    return not seconds_left(student.daily_minutes, plan.extra_seconds, state.seconds, day_off=plan.day_off)
