"""How the students of a course stand: measured in the night, and when staff ask for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from statistics import fmean

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from questions.models import Concept, Course, Membership
from quizzes import schedule
from quizzes.background.publisher import publish
from quizzes.calendar import study_day
from quizzes.models import CourseWatch, Enrolment, Standing, Student
from quizzes.progress.for_staff.plan_kept import PlannedDay, load_planned_days
from quizzes.progress.mastery import load_mastery
from quizzes.reviews import change_log

CHUNK = 50
"""Students whose days are in memory at a time."""
WEEK = 7
TASK = "quizzes.tasks.measure_students"
_MEASURED = [field.name for field in Standing._meta.concrete_fields if field.name not in ("id", "course", "student")]


def students_of(course: Course) -> QuerySet[Enrolment]:
    """Return the enrolments of a course's students, with sections; its own staff are none."""
    staff = Membership.objects.filter(course=course, user=OuterRef("student"))
    enrolled = Enrolment.objects.filter(~Exists(staff), course=course, student__is_superuser=False)
    return enrolled.select_related("student", "section").order_by("student")


def ask_standings(course: Course, now: datetime) -> None:
    """Have the students of a course measured soon, by a worker; at the latest in the night."""
    CourseWatch.objects.update_or_create(course=course, defaults={"asked_at": now})
    transaction.on_commit(lambda: publish(TASK))


def measure_courses(*, asked: bool = False) -> int:
    """Measure the students of all courses that are studied, or of those for which it is asked; return how many."""
    rows = Course.objects.order_by("pk")
    courses = list(rows.filter(watch__asked_at__isnull=False) if asked else rows.filter(state__in=Course.STUDIED))
    for course in courses:
        measure_course(course)
    return len(courses)


def measure_course(course: Course, now: datetime | None = None) -> int:
    """Measure each student of a course, and store how they stand; return how many.

    It may be stopped at any time, and run again or twice at once: the rows are the same.
    """
    now = now or timezone.now()
    students = [enrolment.student for enrolment in students_of(course)]
    mastery: dict[int, list[float]] = defaultdict(list)
    for some in _pieces(students):
        rows = _measure(course, some, now, mastery)
        Standing.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["course", "student"], update_fields=_MEASURED
        )
    Standing.objects.filter(course=course).exclude(student__in=students).delete()
    concepts = [
        {"concept": pk, "mastery": round(fmean(mastery[pk]), 4), "students": len(mastery[pk])}
        for pk in Concept.objects.filter(course=course, pk__in=mastery).values_list("pk", flat=True)
    ]
    CourseWatch.objects.update_or_create(course=course, defaults={"concepts": concepts, "measured_at": now})
    CourseWatch.objects.filter(course=course, asked_at__lte=now).update(asked_at=None)
    return len(students)


def _pieces(students: Sequence[Student]) -> Iterator[Sequence[Student]]:
    for first in range(0, len(students), CHUNK):
        yield students[first : first + CHUNK]


def _measure(
    course: Course, students: Sequence[Student], now: datetime, mastery: dict[int, list[float]]
) -> list[Standing]:
    """Return how students stand; what they know of concepts they have begun is added to `mastery`."""
    todays = {student.pk: study_day(student, now).date for student in students}
    since, until = min(todays.values()) - timedelta(days=WEEK), max(todays.values())
    days = load_planned_days(list(todays), since, until)
    rows = []
    for student in students:
        w = change_log.load_parameters(student)
        for key, known in load_mastery(student, now=now, w=w).items():
            if known.mastery > 0:
                mastery[key].append(known.mastery)
        rows.append(_standing(course, student, days[student.pk], todays[student.pk], now, w))
    return rows


def _standing(
    course: Course, student: Student, days: Iterable[PlannedDay], today: date, now: datetime, w: tuple[float, ...]
) -> Standing:
    week = [day for day in days if timedelta(0) < today - day.date <= timedelta(days=WEEK)]
    planned = [day for day in week if day.state not in ("off", "none")]
    scores = schedule.forecast_scores(student, now=now, w=w)
    ahead = (each for each in scores if each.exam.course_id == course.pk and each.at and each.at > now)
    coming = next(ahead, None)
    # Weeks before an exam all that is known without further work is little: what counts is where the plan leads.
    expected = (coming.kept or coming.now) if coming else None
    return Standing(
        course=course,
        student=student,
        days_planned=len(planned),
        days_kept=sum(day.state == "kept" for day in planned),
        planned_seconds=sum(day.planned_seconds for day in planned),
        done_seconds=sum(day.done_seconds for day in week),
        exam=coming.exam if coming else None,
        expected=expected.score if expected else None,
        expected_low=expected.low if expected else None,
        expected_high=expected.high if expected else None,
        measured_at=now,
    )
