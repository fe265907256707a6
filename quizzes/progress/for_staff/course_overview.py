"""What the staff of a course look at each morning: what happened, what waits for them, and how the students stand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from questions.models import Concept, Course
from quizzes.models import CourseWatch, Exam, ItemStatistics, QuestionReport, ReviewEvent, SectionExam, Sitting, Slot
from quizzes.progress.for_staff.at_risk import StudentRow, load_students, load_watch, sort_by_need
from quizzes.progress.for_staff.standings import students_of

SHOWN = 6
"""Concepts, items, reports and students that are named."""
BINS = 10
"""Bars of the histogram of scores to expect, each ten per cent wide."""
RECENT = timedelta(days=1)
"""Sittings since then are counted."""


@dataclass(frozen=True)
class WeakConcept:
    """A concept with the mean mastery (0-1) of the students who have begun it."""

    concept: Concept
    mastery: float
    students: int


@dataclass(frozen=True)
class ComingExam:
    """An exam, how many students have closed a sitting of it that counts, and how many are sitting it.

    `sections` are those that sit it at a time of their own.
    """

    exam: Exam
    sat: int
    sitting: int
    sections: list[SectionExam]


@dataclass(frozen=True)
class CohortForecast:
    """The scores to expect of the exam that comes next for most: their mean, and how many are in each ten per cent."""

    exam: str
    students: int
    mean: float
    bins: list[int]


@dataclass(frozen=True)
class CourseOverview:
    """A course at a glance; `in_need` are those who need a word, who needs it most first."""

    watch: CourseWatch
    students: int
    active: int
    answers: int
    handed_in: int
    exams: list[ComingExam]
    forecast: CohortForecast | None
    in_need: list[StudentRow]
    hardest: list[WeakConcept]
    worst: list[ItemStatistics]
    reports: list[QuestionReport]
    reports_waiting: int
    to_mark: int


def load_course_overview(course: Course, today: date, now: datetime | None = None) -> CourseOverview:
    """Load it for a study day; a fixed number of queries, which read no more of the log than that day."""
    now = now or timezone.now()
    watch = load_watch(course)
    students = load_students(course, watch, now)
    active, answers = _count_today(course, today)
    reports = QuestionReport.objects.filter(outcome="", presentation__version__item__course=course)
    closed = Sitting.objects.filter(exam__course=course, closed_at__gte=now - RECENT, opened_at__gte=now - 2 * RECENT)
    return CourseOverview(
        watch=watch,
        students=len(students),
        active=active,
        answers=answers,
        handed_in=closed.filter(student__in=students_of(course).order_by().values("student")).count(),
        exams=_load_exams(course),
        forecast=forecast_cohort(students),
        in_need=sort_by_need(students),
        hardest=_load_hardest(watch),
        worst=_load_worst(course),
        reports=list(reports.select_related("presentation__version__item").order_by("pk")[:SHOWN]),
        reports_waiting=reports.count(),
        to_mark=Slot.objects.filter(waits=True, sitting__exam__course=course).count(),
    )


def forecast_cohort(students: Sequence[StudentRow]) -> CohortForecast | None:
    """Return the scores to expect of the exam that comes next for most; None where nothing is known."""
    known = [
        (standing.exam, standing.expected)
        for row in students
        if (standing := row.standing) and standing.exam and standing.expected is not None
    ]
    if not known:
        return None
    (exam, _), *_ = Counter(exam for exam, _ in known).most_common(1)
    scores = [score for each, score in known if each == exam]
    bins = Counter(min(int(score * BINS), BINS - 1) for score in scores)
    return CohortForecast(exam.title, len(scores), sum(scores) / len(scores), [bins[number] for number in range(BINS)])


def _count_today(course: Course, today: date) -> tuple[int, int]:
    """How many students have answered on the study day, and how much."""
    answers = ReviewEvent.objects.counting().filter(
        student__in=students_of(course).order_by().values("student"),
        study_date=today,
        type=ReviewEvent.Type.REVIEW,
        presentation__version__item__course=course,
    )
    counts = answers.aggregate(active=Count("student", distinct=True), answers=Count("pk"))
    return counts["active"], counts["answers"]


def _load_exams(course: Course) -> list[ComingExam]:
    counting = Q(sittings__voided_at=None, sittings__student__in=students_of(course).order_by().values("student"))
    exams = Exam.objects.filter(course=course).annotate(
        sat=Count("sittings__student", distinct=True, filter=counting & ~Q(sittings__state=Sitting.State.OPEN)),
        sitting=Count("sittings", filter=counting & Q(sittings__state=Sitting.State.OPEN)),
    )
    dates: dict[int, list[SectionExam]] = defaultdict(list)
    theirs = SectionExam.objects.filter(exam__course=course, starts_at__isnull=False).select_related("section")
    for each in theirs.order_by("starts_at", "section__name"):
        dates[each.exam_id].append(each)
    ordered = exams.order_by("starts_at", "pk")
    return [ComingExam(exam, exam.sat, exam.sitting, dates[exam.pk]) for exam in ordered]


def _load_hardest(watch: CourseWatch) -> list[WeakConcept]:
    weakest = sorted(watch.concepts, key=lambda each: each["mastery"])[:SHOWN]
    there = Concept.objects.in_bulk([each["concept"] for each in weakest])
    return [
        WeakConcept(concept, each["mastery"], each["students"])
        for each in weakest
        if (concept := there.get(each["concept"]))
    ]


def _load_worst(course: Course) -> list[ItemStatistics]:
    """The items that have most to look at."""
    measured = ItemStatistics.objects.filter(item__course=course, item__retired_at=None, flags__gt=0)
    return list(measured.select_related("item").defer("details", "item__draft").order_by("-flags", "facility")[:SHOWN])
