"""Days off, and days missed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import DateField, Q
from django.utils import timezone

from quizzes.calendar import StudyDay, study_day
from quizzes.models import DailyPlan, ReviewEvent, Student
from quizzes.models.statements import Parameter, Prepared, number
from quizzes.reviews import change_log
from quizzes.schedule.plans import plan_locked

DAYS_BETWEEN = 7
"""From one day off to the next."""


class TooSoonError(ValueError):
    """The last day off was less than a week ago; `next_on` is the day from which there may be another."""

    def __init__(self, next_on: date) -> None:
        super().__init__(f"The next day off can be on {next_on:%d %B}.")
        self.next_on = next_on


@transaction.atomic
def set_day_off(student: Student, *, off: bool, now: datetime | None = None) -> DailyPlan:
    """Take today off, or work after all. The plans of the coming days make up for it. Raises TooSoonError."""
    now = now or timezone.now()
    log = change_log.lock(student, now)
    if off:
        _check_last_day_off(student, study_day(student, now))
    return plan_locked(log, now, day_off=off)


def _check_last_day_off(student: Student, day: StudyDay) -> None:
    last = DailyPlan.objects.filter(student=student, day_off=True, date__lt=day.date).order_by("-date").first()
    if last and (day.date - last.date).days < DAYS_BETWEEN:
        raise TooSoonError(last.date + timedelta(days=DAYS_BETWEEN))


def count_days_missed(student: Student, day: StudyDay) -> int:
    """Study days before `day` on which nothing was answered, back to the last answer; days off are not missed.

    0 for who has answered today, or never.
    """
    last = _find_last_day(student, day)
    if last is None:
        return 0
    off = DailyPlan.objects.filter(student=student, day_off=True, date__gt=last, date__lt=day.date).count()
    return max((day.date - last).days - 1 - off, 0)


def _find_last_day(student: Student, day: StudyDay) -> date | None:
    """The last study day with an answer. One that was undone makes an earlier day count, but not today."""
    return next((date for (date,) in _LAST_DAY.run(student=student.pk, today=day.date)), None)


_TODAY = Parameter("today", DateField())
_LAST_DAY = Prepared(
    lambda: (
        ReviewEvent.objects.filter(
            Q(study_date__lt=_TODAY) | Q(study_date=_TODAY, undone=False),
            student=number("student"),
            type=ReviewEvent.Type.REVIEW,
            superseded=False,
        )
        .order_by("-study_date")
        .values_list("study_date")[:1]
    )
)
