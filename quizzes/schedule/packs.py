"""Packs: what a client needs to review while it is offline."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from quizzes.calendar import study_day
from quizzes.models import Presentation, Student
from quizzes.presentations import Ask, present
from quizzes.reviews import change_log
from quizzes.schedule.choice import choose_tasks
from quizzes.schedule.exams_ahead import load_exams
from quizzes.schedule.loading import load_situation

MAX_PACK = 500
"""The most presentations in a pack."""


def build_pack(student: Student, days: int, *, now: datetime | None = None) -> list[Presentation]:
    """What to review in the coming `days` study days: what comes due by then and new tasks, best first.

    As much as fits the minutes of these days, without the items of a sitting that is open: packs hold keys. Takes a
    fixed number of queries.
    """
    now = now or timezone.now()
    last = study_day(student, now + timedelta(days=days - 1))
    exams = load_exams(student)
    situation = load_situation(student, last, exams, change_log.load_parameters(student), now)
    choice = choose_tasks(situation, student.daily_minutes * 60 * days)
    return present(student, [Ask(task.card, task.facets) for task in choice.tasks[:MAX_PACK]], now)
