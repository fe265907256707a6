"""What the frame of every page shows beside the page itself."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from examprep.installed_app import list_shell
from questions.current_course import find_current_course, list_own_courses


def courses(request: HttpRequest) -> dict[str, object]:
    """Return the courses between which the reader switches, and the one they look at; a query where they are shown.

    And the version of what pages are made of, by which a page that stays open knows of a new one.
    """
    user = getattr(request, "user", None)  # an error may come before there is one
    return {
        "own_courses": SimpleLazyObject(lambda: list_own_courses(user)),
        "current_course": SimpleLazyObject(lambda: find_current_course(user)),
        "shell_version": SimpleLazyObject(lambda: list_shell().version),
    }
