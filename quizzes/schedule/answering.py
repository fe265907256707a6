"""Answers come in, and the plan follows: at once where they end it, so that nothing is said before it is known."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from quizzes import reviews
from quizzes.background import outbox
from quizzes.calendar import study_day
from quizzes.models import ChangeLog, DailyPlan, Job, Student
from quizzes.reviews import BatchResultPayload, change_log
from quizzes.schedule.choice import seconds_left
from quizzes.schedule.loading import load_answered
from quizzes.schedule.plans import load_plan, plan_locked
from quizzes.schedule.queue import has_open_tasks


def answer(student: Student, document: object, *, now: datetime | None = None) -> BatchResultPayload:
    """Take in a batch of a student's events, and return what became of each; one transaction holds all of it.

    `document` is untrusted JSON: `{"device", "device_now", "events"}`. Raises BatchError where it is malformed as a
    whole.
    """
    now = now or timezone.now()
    batch = reviews.read_batch(document)
    with transaction.atomic():
        log = change_log.lock(student, now)
        plan = load_plan(log.student, study_day(log.student, now))
        if batch.events and plan._state.adding:
            # So that the day has an end, by what was planned before the first answer.
            plan = plan_locked(log, now)
        result = reviews.accept(log, batch, now)
        if any(each["status"] == "accepted" for each in result["results"]):
            _follow(log, plan, now)
    return result


def plan_after_answers(log: ChangeLog, now: datetime) -> None:
    """Plan anew now where the day's plan or its minutes are through; else once the student has paused.

    For whoever holds the student's change log.
    """
    _follow(log, load_plan(log.student, study_day(log.student, now)), now)


def _follow(log: ChangeLog, plan: DailyPlan, now: datetime) -> None:
    if _is_through(plan, log.student, now):
        plan_locked(log, now)
    else:
        outbox.enqueue(Job.Kind.PLAN, log.student, now, delay=settings.PLAN_DELAY)


def _is_through(plan: DailyPlan, student: Student, now: datetime) -> bool:
    day = study_day(student, now)
    if not has_open_tasks(plan, student, day, now):
        return True
    spent = load_answered(student, day).seconds
    return not seconds_left(student.daily_minutes, plan.extra_seconds, spent, day_off=plan.day_off)
