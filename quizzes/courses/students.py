"""Students leave a course."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from quizzes import schedule
from quizzes.models import Enrolment, Invitation


@transaction.atomic
def remove_students(enrolments: Sequence[Enrolment], now: datetime) -> None:
    """Take students out of their course.

    All that they did stays theirs, can still be exported, and is there again where they come back; sittings stay in
    the results of exams.
    """
    for enrolment in sorted(enrolments, key=lambda each: each.student_id):
        Invitation.objects.filter(course=enrolment.course_id, student=enrolment.student_id).delete()
        enrolment.delete()
        schedule.request_plan(enrolment.student, now)
