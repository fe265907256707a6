"""Lessons, to read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from questions.models import Course, Lesson
from questions.text import markup

QUICK_CHECK = "quick-check"
"""The section that the lesson's questions stand in; a lesson without one gets it at its end."""


def lessons(request: HttpRequest) -> HttpResponse:
    """All lessons, by course."""
    return render(
        request, "questions/lessons.html", {"page": "lessons", "courses": Course.objects.prefetch_related("lessons")}
    )


def lesson(request: HttpRequest, slug: str) -> HttpResponse:
    """One lesson: its sections, reading list and neighbours."""
    shown = get_object_or_404(Lesson.objects.select_related("course").prefetch_related("builds_on"), slug=slug)
    siblings = list(Lesson.objects.filter(course=shown.course).only("slug", "title", "course"))
    at = siblings.index(shown)
    sections = markup.sections(shown.body_markdown)
    return render(
        request,
        "questions/lesson.html",
        {
            "page": "lessons",
            "lesson": shown,
            "sections": sections,
            "has_check": any(section.id == QUICK_CHECK for section in sections),
            "previous": siblings[at - 1] if at else None,
            "next": siblings[at + 1] if at + 1 < len(siblings) else None,
        },
    )
