"""The courses that somebody may see: which they study, which they run, and which they can join."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from questions import roles
from questions.models import Course, Membership
from quizzes.courses.joining import Way, way_into
from quizzes.models import Enrolment

if TYPE_CHECKING:
    from quizzes.models import Student


@dataclass(frozen=True)
class ListedCourse:
    """A course as somebody finds it: whether they study it, their role in it (None for none), and how they join it."""

    course: Course
    enrolled: bool
    role: str | None
    joining: Way

    @property
    def archived(self) -> bool:
        """Whether it is only looked back at."""
        return self.course.state == Course.State.ARCHIVED


def list_courses(user: Student | None) -> list[ListedCourse]:
    """Return the courses that somebody, or a visitor, may see, by title; three queries at most."""
    enrolled: set[int] = set()
    held: dict[int, str] = {}
    if user is not None:
        enrolled = set(Enrolment.objects.filter(student=user).values_list("course", flat=True))
        held = dict(Membership.objects.filter(user=user).values_list("course", "role"))
    return [
        ListedCourse(course, course.pk in enrolled, held.get(course.pk), way_into(course))
        for course in roles.readable_courses(user).order_by("title", "pk")
    ]
