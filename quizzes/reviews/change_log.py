"""A student's change log: one writer at a time, and a number for each change, so that a client can ask what is new."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from quizzes.memory import fsrs
from quizzes.models import Card, ChangeLog, DailyPlan, Student
from quizzes.statements import Prepared, number

_LOCKED = Prepared(
    lambda: (
        ChangeLog.objects.select_for_update(of=("self", "student"), no_key=True)
        .select_related("student", "fit")
        .filter(student=number("student"))
    )
)


def lock(student: Student, now: datetime) -> ChangeLog:
    """Return the student's change log, locked until the transaction ends: one writer at a time.

    The student's row is locked with it, so that the settings are those that the last writer left.
    """
    locked = _LOCKED.run(student=student.pk)
    if not locked:
        ChangeLog.objects.get_or_create(student=student, defaults={"next_day_at": now})
        locked = _LOCKED.run(student=student.pk)
    return locked[0]


def load_parameters(student: Student) -> tuple[float, ...]:
    """Return the FSRS parameters w0…w20 that the student's states are folded with."""
    change_log = ChangeLog.objects.select_related("fit").filter(student=student).first()
    return change_log.w if change_log else fsrs.DEFAULT_PARAMETERS


def stamp(change_log: ChangeLog, rows: Iterable[Card | DailyPlan]) -> None:
    """Give each changed row the next number of the change log, which must be locked; the caller saves both."""
    for row in rows:
        row.sequence = change_log.next_sequence()
