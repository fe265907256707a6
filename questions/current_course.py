"""Which of their courses somebody looks at, and what a path or a call names there.

Slugs of lessons, concepts, exams and questions are unique in their course alone. Whoever leaves the course out means
the one that they look at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import Http404

from questions.models import Author, Course, Membership
from questions.roles import listed_courses

if TYPE_CHECKING:
    from questions.roles import Person


class OfCourse(Protocol):
    """A row of a course."""

    course_id: int


RowT = TypeVar("RowT", bound=Model)


class CourseError(ValueError):
    """A course cannot be looked at; says why."""


def list_own_courses(user: Person | None) -> list[Course]:
    """Return the courses that somebody studies or runs, by title; superusers who do neither may look at all.

    Without archived ones, and without drafts that one only studies. Read once for each user object, by one query.
    """
    if user is None or user.pk is None or not user.is_active:
        return []
    kept: list[Course] | None = getattr(user, "_own_courses", None)
    if kept is None:
        runs = Q(pk__in=Membership.objects.filter(user=user.pk).values("course"))
        # Who studies a course is known to the app of students alone: it is asked by the name of the relation.
        studies = Q(pk__in=Course.objects.filter(enrolments__student=user.pk).values("pk"))
        courses = listed_courses(user).order_by("title", "pk")
        kept = list(courses.filter(runs | studies))
        if not kept and user.is_superuser:
            kept = list(courses)
        user._own_courses = kept  # type: ignore[attr-defined]
    return kept


def find_current_course(user: Person | None) -> Course | None:
    """Return the course that somebody chose last, else their oldest; None for who has none, and reads all they may."""
    own = list_own_courses(user)
    chosen = getattr(user, "current_course_id", None)
    return next((course for course in own if course.pk == chosen), min(own, key=lambda each: each.pk, default=None))


def find_own_course(user: Author, slug: str) -> Course:
    """Return the one of the user's own courses that has this slug. Raises CourseError."""
    course = next((each for each in list_own_courses(user) if each.slug == slug), None)
    if course is None:
        raise CourseError(f"“{slug}” is no course that you study or run. Choose one of yours.")
    return course


def choose_course(user: Author, slug: str) -> None:
    """Look at the course of this slug from now on. Raises CourseError unless it is one of the user's own."""
    user.current_course = find_own_course(user, slug)
    user.save(update_fields=["current_course"])


def list_shown_courses(user: Person | None) -> QuerySet[Course]:
    """Return the courses that lists of lessons and concepts show: the current one, or all that one may read."""
    current = find_current_course(user)
    return Course.objects.filter(pk=current.pk) if current else listed_courses(user)


def find_named(rows: QuerySet[RowT], user: Person | None, slug: str, course: str | None = None) -> RowT:
    """Return the row of this slug, of those that somebody may see. Raises Http404.

    Without a `course`, by its slug, the one of the current course; else the only one of their courses, or of all.
    """
    named = rows.filter(slug=slug, **({"course__slug": course} if course else {})).select_related("course")
    found: list[RowT] = list(named)
    if len(found) > 1:
        current = find_current_course(user)
        own = {each.pk for each in list_own_courses(user)}
        found = [row for row in found if current and _course(row) == current.pk] or [
            row for row in found if _course(row) in own
        ]
    if len(found) != 1:
        raise Http404("There is none of this name." if not found else "Several courses have this: say which is meant.")
    return found[0]


def is_elsewhere(user: Person | None, row: OfCourse) -> bool:
    """Whether the row is of another course than the one that somebody looks at."""
    current = find_current_course(user)
    return current is not None and row.course_id != current.pk


def _course(row: Model) -> int:
    key: int = row.course_id  # type: ignore[attr-defined]
    return key
