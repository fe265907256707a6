"""A student's change log: one writer at a time, and a number for each change, so that a client can ask what is new."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.contrib.auth import get_user_model

from quizzes.memory import fsrs
from quizzes.models import Card, ChangeLog, DailyPlan, Student
from quizzes.models.statements import Prepared, number

_LOCKED = Prepared(
    lambda: (
        ChangeLog.objects.select_for_update(of=("self", "student"), no_key=True)
        .select_related("student", "fit")
        .filter(student__in=number("students", many=True))
        .order_by("student_id")
    )
)
_CURRENT = Prepared(lambda: ChangeLog.objects.select_related("fit").filter(student=number("student")))


def lock(student: Student, now: datetime) -> ChangeLog:
    """Return the student's change log, locked until the transaction ends: one writer at a time.

    The student's row is locked with it, so that the settings are those that the last writer left.
    """
    return lock_all([student.pk], now)[0]


def lock_all(students: Sequence[int], now: datetime) -> list[ChangeLog]:
    """Lock the change logs of many students, in the order of their ids, so that no two wait for each other."""
    locked = _LOCKED.run(students=students)
    if len(locked) < len(students):
        without = set(students) - {log.student_id for log in locked}
        accounts = get_user_model().objects.filter(pk__in=without).order_by("pk").values_list("pk", flat=True)
        new = [ChangeLog(student_id=account, next_day_at=now) for account in accounts]
        ChangeLog.objects.bulk_create(new, ignore_conflicts=True)  # somebody else may just have made one
        locked = _LOCKED.run(students=students)
    for log in locked:
        if log.fit_id and (log.fit is None or log.fit.pk != log.fit_id):
            # Whoever held the lock put another fit in use: the row is as they left it, what was joined to it is not.
            log.refresh_from_db(fields=["fit"])
    return locked


def load_parameters(student: Student) -> tuple[float, ...]:
    """Return the FSRS parameters w0…w20 that the student's states are folded with."""
    return load_revision(student)[1]


def load_revision(student: Student) -> tuple[int, tuple[float, ...]]:
    """Return the number of the student's last change, and the FSRS parameters w0…w20 of the states; one query."""
    for change_log in _CURRENT.run(student=student.pk):
        return change_log.last_sequence, change_log.w
    return 0, fsrs.DEFAULT_PARAMETERS


def stamp(change_log: ChangeLog, rows: Iterable[Card | DailyPlan]) -> None:
    """Give each changed row the next number of the change log, which must be locked; the caller saves both."""
    for row in rows:
        row.sequence = change_log.next_sequence()
