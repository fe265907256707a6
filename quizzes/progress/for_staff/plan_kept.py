"""Whether students kept their plans: what each of the last days planned, and what was done of it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db.models import Sum

from quizzes.models import DailyPlan, Review, ReviewEvent

KEPT = 0.8
"""A plan is kept once so much of its tasks is answered."""


@dataclass(frozen=True)
class PlannedDay:
    """A study day: the seconds and the tasks that were planned, the seconds that answers took, and the tasks done."""

    date: date
    planned_seconds: int
    done_seconds: int
    tasks: int
    done: int
    day_off: bool = False

    @property
    def state(self) -> Literal["off", "kept", "begun", "missed", "none"]:
        """How the day went; `none` where nothing was planned."""
        if self.day_off:
            return "off"
        if not self.tasks:
            return "none"
        if self.done >= KEPT * self.tasks:
            return "kept"
        return "begun" if self.done or self.done_seconds else "missed"


def load_planned_days(students: Sequence[int], since: date, until: date) -> dict[int, list[PlannedDay]]:
    """The study days from `since` until `until` that have a plan or an answer, by student; three queries."""
    days: dict[int, list[PlannedDay]] = {student: [] for student in students}
    answered = _load_answered_cards(students, since, until)
    spent = _load_spent(students, since, until)
    plans = DailyPlan.objects.filter(student__in=students, date__range=(since, until)).order_by("date")
    rows = plans.values_list("student", "date", "tasks", "done_tasks", "day_off")
    for student, on, tasks, done_tasks, day_off in rows:
        seconds = {task["card"]: task["seconds"] for task in [*done_tasks, *tasks]}
        done = answered.get((student, on), set())
        days[student].append(
            PlannedDay(
                date=on,
                planned_seconds=sum(seconds.values()),
                done_seconds=spent.pop((student, on), 0),
                tasks=len(seconds),
                done=sum(uuid.UUID(card) in done for card in seconds),
                day_off=day_off,
            )
        )
    for (student, on), done_seconds in spent.items():
        days[student].append(PlannedDay(on, 0, done_seconds, 0, 0))
    return {student: sorted(each, key=lambda day: day.date) for student, each in days.items()}


def _load_answered_cards(students: Iterable[int], since: date, until: date) -> dict[tuple[int, date], set[uuid.UUID]]:
    """The cards that were answered, by student and study day."""
    log = Review.objects.counting().filter(
        event__student__in=students, event__study_date__range=(since, until), practice=0
    )
    answered: dict[tuple[int, date], set[uuid.UUID]] = defaultdict(set)
    for student, on, card in log.values_list("event__student", "event__study_date", "card"):
        answered[student, on].add(card)
    return answered


def _load_spent(students: Iterable[int], since: date, until: date) -> dict[tuple[int, date], int]:
    """The seconds that answers took, by student and study day."""
    answers = ReviewEvent.objects.counting().filter(
        student__in=students, type=ReviewEvent.Type.REVIEW, study_date__range=(since, until)
    )
    spent = answers.order_by().values_list("student", "study_date").annotate(spent=Sum("duration_ms"))
    return {(student, on): round(milliseconds / 1000) for student, on, milliseconds in spent}
