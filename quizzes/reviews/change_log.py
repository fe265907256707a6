"""A student's journal: one writer at a time, and a number for each change, so that a client can ask what is new."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from quizzes.memory import fsrs
from quizzes.models import Card, DailyPlan, Journal


def lock(student: Any, now: datetime) -> Journal:
    """The student's journal, locked until the transaction ends: one writer at a time."""
    locked = Journal.objects.select_for_update(of=("self",)).select_related("student", "fit")
    journal = locked.filter(student=student).first()
    if journal is None:
        Journal.objects.get_or_create(student=student, defaults={"next_day_at": now})
        journal = locked.get(student=student)
    return journal


def parameters(student: Any) -> tuple[float, ...]:
    """The FSRS parameters that the student's states are folded with."""
    journal = Journal.objects.select_related("fit").filter(student=student).first()
    return journal.w if journal else fsrs.DEFAULT_PARAMETERS


def stamp(journal: Journal, rows: Iterable[Card | DailyPlan]) -> None:
    """Give each changed row the next number of the journal, which must be locked; the caller saves both."""
    for row in rows:
        row.sequence = journal.next_sequence()
