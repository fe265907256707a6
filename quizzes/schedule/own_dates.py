"""The exam dates that students set for themselves, in place of the course's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from quizzes.background import outbox
from quizzes.models import Enrolment, Exam, Job, OwnExamDate
from quizzes.reviews import change_log
from quizzes.schedule.exams_ahead import find_main, load_exams_of_courses, load_own_dates


class ExamDateError(ValueError):
    """A date of a student's own cannot be kept; says why."""

    def __init__(self, exam: str, reason: str) -> None:
        super().__init__(reason)
        self.exam = exam
        """The slug of the exam."""


@dataclass(frozen=True)
class OwnDate:
    """An exam of a student's course, whether it is the main one, and the date that they set; None: the course's."""

    exam: Exam
    is_main: bool
    at: datetime | None


def list_exams(enrolments: Sequence[Enrolment]) -> dict[int, list[OwnDate]]:
    """Return the exams of students' courses, by enrolment, the main one of each course first; three queries."""
    by_course = load_exams_of_courses(sorted({enrolment.course_id for enrolment in enrolments}))
    own = load_own_dates([enrolment.pk for enrolment in enrolments])
    listed: dict[int, list[OwnDate]] = {}
    for enrolment in enrolments:
        exams = [exam for exam, _ in by_course.get(enrolment.course_id, [])]
        main, others = find_main(exams), own.get(enrolment.pk, {})
        dates = [
            OwnDate(exam, exam is main, enrolment.exam_at if exam is main else others.get(exam.pk)) for exam in exams
        ]
        listed[enrolment.pk] = sorted(dates, key=lambda date: not date.is_main)
    return listed


def list_own_dates(enrolment: Enrolment) -> dict[str, datetime | None]:
    """Return the student's own date by the slug of the exam that it is for; None where they have set none."""
    return {date.exam.slug: date.at for date in list_exams([enrolment])[enrolment.pk]}


def set_own_dates(enrolment: Enrolment, dates: Mapping[str, datetime | None], now: datetime) -> None:
    """Store the dates that the student prepares for, by the slugs of the course's exams, and plan anew.

    None takes the course's own date. Raises ExamDateError for another exam, and for a date that is past, and stores
    none of them.
    """
    exams = {date.exam.slug: date for date in list_exams([enrolment])[enrolment.pk]}
    for slug, at in dates.items():
        if slug not in exams:
            known = ", ".join(exams) or "none"
            raise ExamDateError(slug, f"“{slug[:60]}” is no exam of this course, which has: {known}.")
        _check_date(slug, exams[slug].exam.title, at, now)
    if dates:
        _store(enrolment, {exams[slug]: at for slug, at in dates.items()}, now)


def set_own_date(enrolment: Enrolment, at: datetime | None, now: datetime) -> None:
    """The same for the course's main exam, or, where it holds none, whatever it is studied for."""
    _check_date("", "the exam", at, now)
    _store(enrolment, {None: at}, now)


def _check_date(slug: str, title: str, at: datetime | None, now: datetime) -> None:
    if at is not None and at <= now:
        raise ExamDateError(slug, f"The date of {title} is in the past. Choose a later one.")


@transaction.atomic
def _store(enrolment: Enrolment, dates: Mapping[OwnDate | None, datetime | None], now: datetime) -> None:
    """Store dates by their exams; None: whatever the course is studied for."""
    change_log.lock(enrolment.student, now)
    for exam, at in dates.items():
        if exam is None or exam.is_main:
            enrolment.exam_at = at
            enrolment.save(update_fields=["exam_at"])
        elif at is None:
            OwnExamDate.objects.filter(enrolment=enrolment, exam=exam.exam).delete()
        else:
            OwnExamDate.objects.update_or_create(enrolment=enrolment, exam=exam.exam, defaults={"at": at})
    outbox.enqueue(Job.Kind.PLAN, enrolment.student, now)
