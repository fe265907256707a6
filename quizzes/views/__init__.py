"""The pages of a student's day: each view reads the request, calls an operation, and shows what it gave."""

from __future__ import annotations

from django.http import HttpRequest

from questions.current_course import find_named
from questions.models import Lesson
from questions.roles import readable_courses
from quizzes.models import Student

Context = dict[str, object]
"""What a template is given."""


def get_lesson(request: HttpRequest, slug: str, course: str | None) -> Lesson:
    """Return a lesson that whoever asks may read, with its course. Raises Http404."""
    readable = Lesson.objects.filter(is_published=True, course__in=readable_courses(request.user))
    return find_named(readable, request.user, slug, course)


class StudentRequest(HttpRequest):
    """A request of someone who is logged in."""

    user: Student


def is_partial(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page."""
    return request.headers.get("HX-Request") == "true"


def student_of(request: HttpRequest) -> Student | None:
    """Return who is logged in; None for a visitor."""
    return request.user if request.user.is_authenticated else None
