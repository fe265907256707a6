"""The pages of a student's day: each view reads the request, calls an operation, and shows what it gave."""

from __future__ import annotations

from django.http import HttpRequest

from quizzes.models import Student

Context = dict[str, object]
"""What a template is given."""


class StudentRequest(HttpRequest):
    """A request of someone who is logged in."""

    user: Student


def is_partial(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page."""
    return request.headers.get("HX-Request") == "true"


def student_of(request: HttpRequest) -> Student | None:
    """Return who is logged in; None for a visitor."""
    return request.user if request.user.is_authenticated else None
