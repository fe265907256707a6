"""When an exam can be begun: by the student's section, which may have dates of its own."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, Max, OuterRef

from quizzes.models import SectionExam

if TYPE_CHECKING:
    from quizzes.models import Enrolment, Exam, Sitting


def as_sat_in(exam: Exam, enrolment: Enrolment) -> Exam:
    """Return the exam with the dates of the enrolment's section; one query where it has a section, else none."""
    dates = enrolment.section_id and SectionExam.objects.filter(exam=exam, section=enrolment.section_id).first()
    return dates.dated(exam) if dates else exam


def as_sat(sitting: Sitting) -> Exam:
    """Return the exam of a sitting with the dates of its student's section; one query."""
    exam = sitting.exam
    whose = {"section__course": exam.course_id, "section__enrolments__student": sitting.student_id}
    dates = SectionExam.objects.filter(exam=exam, **whose).first()
    return dates.dated(exam) if dates else exam


def find_last_end(exam: Exam) -> datetime | None:
    """Return when nobody can begin the exam any more, in whatever section; None where that is never. One query."""
    last: datetime | None = SectionExam.objects.filter(exam=exam).aggregate(last=Max("closes_at"))["last"]
    return max(last, exam.closes_at) if last and exam.closes_at else exam.closes_at


def is_ahead_for_a_section(now: datetime, *, exam: str) -> Exists:
    """Return the condition that a section can still begin the exam to which `exam` leads."""
    return Exists(SectionExam.objects.filter(exam=OuterRef(exam), closes_at__gt=now))
