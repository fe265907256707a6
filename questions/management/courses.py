"""The course that a command is about."""

from __future__ import annotations

from django.core.management.base import CommandError

from questions.models import Course

SHOWN = 20


def find_course(slug: str) -> Course:
    """The course of this slug. Raises CommandError, which names those that there are."""
    course = Course.objects.filter(slug=slug).first()
    if course is None:
        known = ", ".join(Course.objects.order_by("slug").values_list("slug", flat=True)[:SHOWN]) or "none"
        raise CommandError(f"There is no course “{slug}”; there are {known}.")
    return course
