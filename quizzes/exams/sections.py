"""Sections of a course, and who is in which: open sittings are as long as they say, and plans follow their dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from quizzes.background import outbox
from quizzes.exams.deadlines import extend_open_sittings
from quizzes.models import Enrolment, Job, Section, SectionExam
from quizzes.reviews import change_log


@transaction.atomic
def store_students(enrolments: Sequence[Enrolment], now: datetime) -> None:
    """Store the sections and the extra time of enrolments. Idempotent."""
    Enrolment.objects.bulk_update(enrolments, ["section", "extra_time_percent"], batch_size=500)
    _follow(enrolments, now)


@transaction.atomic
def store_section(section: Section, dates: Sequence[SectionExam], now: datetime) -> None:
    """Store a section with its exam dates, of which those that say nothing are deleted. Idempotent."""
    section.save()
    for row in dates:
        row.section = section
        if row.is_dated:
            row.save()
        elif row.pk:
            row.delete()
    _follow(list(section.enrolments.select_related("section")), now)


@transaction.atomic
def delete_section(section: Section, now: datetime) -> None:
    """Delete a section; its students stay in the course, in none."""
    enrolments = list(section.enrolments.all())
    section.delete()
    for enrolment in enrolments:
        enrolment.section = None
    _follow(enrolments, now)


def _follow(enrolments: Sequence[Enrolment], now: datetime) -> None:
    """Make open sittings of students as long as they have time, and ask for their plans."""
    for enrolment in enrolments:
        extend_open_sittings(enrolment)
    for log in change_log.lock_all(sorted({enrolment.student_id for enrolment in enrolments}), now):
        outbox.enqueue(Job.Kind.PLAN, log.student, now)
