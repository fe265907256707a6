"""All that the staff of a course see of one of its students at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Q

from questions.models import Concept, Course
from quizzes import schedule
from quizzes.calendar import study_day
from quizzes.models import Enrolment, QuestionReport, ReviewEvent, Sitting, Student
from quizzes.progress.for_staff.at_risk import load_reasons
from quizzes.progress.for_staff.plan_kept import PlannedDay, load_planned_days
from quizzes.progress.mastery import ConceptMastery, load_mastery
from quizzes.reviews import change_log

DAYS = 28
"""Days whose plans are looked at."""
REPORTS = 10
"""The newest reports that are listed."""


@dataclass(frozen=True)
class StudentSheet:
    """A student in a course.

    `reasons` say why they need a word, if they do. `days` are all of the last four weeks; `concepts` the weakest
    first, those not begun last; `sittings` say with `waiting` how many of their answers are to be marked.
    """

    enrolment: Enrolment
    today: date
    seen_on: date | None
    days: list[PlannedDay]
    exams: list[schedule.ExpectedScore]
    concepts: list[ConceptMastery]
    sittings: list[Sitting]
    reports: list[QuestionReport]
    reasons: list[str]

    @property
    def planned(self) -> list[PlannedDay]:
        """The days that asked for something; today is not over."""
        return [day for day in self.days if day.state not in ("off", "none") and day.date < self.today]

    @property
    def kept(self) -> int:
        """On how many of them the plan was kept."""
        return sum(day.state == "kept" for day in self.planned)

    @property
    def planned_minutes(self) -> int:
        """The minutes that they asked for."""
        return round(sum(day.planned_seconds for day in self.planned) / 60)

    @property
    def done_minutes(self) -> int:
        """The minutes of all answers before today."""
        return round(sum(day.done_seconds for day in self.days if day.date < self.today) / 60)


def find_enrolment(course: Course, username: str) -> Enrolment | None:
    """Return the enrolment of a student in a course, with the student; None where there is none."""
    if "\0" in username:  # PostgreSQL refuses to look for it
        return None
    return (
        Enrolment.objects.filter(course=course, student__username=username)
        .select_related("student", "course", "section")
        .first()
    )


def load_student_sheet(enrolment: Enrolment, now: datetime) -> StudentSheet:
    """Load what there is to see; a fixed number of queries."""
    student, course = enrolment.student, enrolment.course
    today = study_day(student, now).date
    since = today - timedelta(days=DAYS - 1)
    known = {day.date: day for day in load_planned_days([student.pk], since, today)[student.pk]}
    days = [since + timedelta(days=number) for number in range(DAYS)]
    w = change_log.load_parameters(student)
    seen_on = _load_last_day(student)
    reports = QuestionReport.objects.filter(student=student, presentation__version__item__course=course)
    return StudentSheet(
        enrolment=enrolment,
        today=today,
        seen_on=seen_on,
        days=[known.get(on, PlannedDay(on, 0, 0, 0, 0)) for on in days],
        exams=[each for each in schedule.forecast_scores(student, now=now, w=w) if each.exam.course_id == course.pk],
        concepts=_load_concepts(student, course, now, w),
        sittings=_load_sittings(student, course),
        reports=list(reports.select_related("presentation__version__item").order_by("-pk")[:REPORTS]),
        reasons=load_reasons(enrolment, seen_on, now),
    )


def _load_last_day(student: Student) -> date | None:
    """The last study day with an answer."""
    answers = ReviewEvent.objects.counting().filter(student=student, type=ReviewEvent.Type.REVIEW)
    last: date | None = answers.aggregate(last=Max("study_date"))["last"]
    return last


def _load_concepts(student: Student, course: Course, now: datetime, w: tuple[float, ...]) -> list[ConceptMastery]:
    mastery = load_mastery(student, now=now, w=w)
    concepts = Concept.objects.filter(course=course, pk__in=mastery).order_by("position", "pk")
    known = [ConceptMastery(concept, mastery[concept.pk]) for concept in concepts]
    return sorted(known, key=lambda each: (not each.begun, each.mastery.mastery if each.mastery else 0.0))


def _load_sittings(student: Student, course: Course) -> list[Sitting]:
    sat = Sitting.objects.filter(student=student, exam__course=course).select_related("exam")
    return list(sat.annotate(waiting=Count("slots", filter=Q(slots__waits=True))).order_by("-opened_at", "-pk"))
