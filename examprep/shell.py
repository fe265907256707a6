"""What the frame of every page shows beside the page itself."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from questions.current_course import find_current_course, list_own_courses


def courses(request: HttpRequest) -> dict[str, object]:
    """Return the courses between which the reader switches, and the one they look at; a query where they are shown."""
    user = getattr(request, "user", None)  # an error may come before there is one
    return {
        "own_courses": SimpleLazyObject(lambda: list_own_courses(user)),
        "current_course": SimpleLazyObject(lambda: find_current_course(user)),
    }
