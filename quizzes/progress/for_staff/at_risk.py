"""Which students of a course need a word: who is not seen, who falls behind the plan, and whose forecast is low."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, Subquery

from questions.models import Course
from quizzes.calendar import study_day
from quizzes.models import CourseWatch, Enrolment, ReviewEvent, Standing
from quizzes.progress.for_staff.gradebook import by_name
from quizzes.progress.for_staff.standings import students_of

FEW_DAYS = 3
"""Plans that a week has to have before it says anything."""


@dataclass(frozen=True)
class StudentRow:
    """A student of a course: how they stand (None before it was measured), and why they need a word, if they do.

    `seen_on` is the last study day with an answer, `unseen` how many days ago that is; None without any.
    """

    enrolment: Enrolment
    standing: Standing | None
    seen_on: date | None
    unseen: int | None
    reasons: list[str]


def find_reasons(standing: Standing | None, watch: CourseWatch, *, unseen: int | None, joined: int) -> list[str]:
    """Say why a student needs a word: their last answer was `unseen` days ago (None: never), joining so many."""
    reasons = []
    if unseen is None and joined >= watch.unseen_days:
        reasons.append("has never answered")
    elif unseen is not None and unseen >= watch.unseen_days:
        reasons.append(f"not seen for {unseen} days" if unseen > 1 else "not seen since yesterday")
    if standing is None:
        return reasons
    if standing.days_planned >= FEW_DAYS and 2 * standing.days_kept < standing.days_planned:
        reasons.append(f"kept {standing.days_kept} of the last {standing.days_planned} plans")
    if standing.expected is not None and 100 * standing.expected < watch.lowest_percent:
        reasons.append(f"expected {100 * standing.expected:.0f}\N{NARROW NO-BREAK SPACE}%")
    return reasons


def load_watch(course: Course) -> CourseWatch:
    """Return the lines that a course has set, or those of every course."""
    return CourseWatch.objects.filter(course=course).first() or CourseWatch(course=course)


def load_students(course: Course, watch: CourseWatch, now: datetime) -> list[StudentRow]:
    """Return a course's students by name; two queries."""
    answers = ReviewEvent.objects.counting().filter(student=OuterRef("student"), type=ReviewEvent.Type.REVIEW)
    last = answers.order_by("-study_date").values("study_date")[:1]
    standings = {
        standing.student_id: standing for standing in Standing.objects.filter(course=course).select_related("exam")
    }
    enrolments = students_of(course).annotate(seen_on=Subquery(last))
    return [
        _row(enrolment, standings.get(enrolment.student_id), enrolment.seen_on, watch, now)
        for enrolment in sorted(enrolments, key=by_name)
    ]


def load_reasons(enrolment: Enrolment, seen_on: date | None, now: datetime) -> list[str]:
    """Say why a student needs a word; two queries."""
    standing = Standing.objects.filter(course=enrolment.course_id, student=enrolment.student_id).first()
    return _row(enrolment, standing, seen_on, load_watch(enrolment.course), now).reasons


def _row(
    enrolment: Enrolment, standing: Standing | None, seen_on: date | None, watch: CourseWatch, now: datetime
) -> StudentRow:
    today = study_day(enrolment.student, now).date
    unseen = (today - seen_on).days if seen_on else None
    reasons = find_reasons(standing, watch, unseen=unseen, joined=(now - enrolment.created_at).days)
    return StudentRow(enrolment, standing, seen_on, unseen, reasons)


def sort_by_need(rows: Sequence[StudentRow]) -> list[StudentRow]:
    """Return those who need a word, with most reasons first, then with the lowest score to expect."""

    def need(row: StudentRow) -> tuple[int, float]:
        expected = row.standing.expected if row.standing else None
        return (-len(row.reasons), 1.0 if expected is None else expected)

    return sorted((row for row in rows if row.reasons), key=need)
