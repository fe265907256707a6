"""Lessons, to read."""

from collections import defaultdict

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control

from questions import bank
from questions.current_course import find_named, is_elsewhere
from questions.figures import pictures, plots
from questions.models import Lesson
from questions.roles import readable_courses
from questions.text import markup
from questions.text.formula_sheet import formula_sheet

QUICK_CHECK = "quick-check"
"""The section that the lesson's questions stand in; a lesson without one gets it at its end."""


def lesson(request: HttpRequest, slug: str, course: str | None = None) -> HttpResponse:
    """One lesson: its sections, reading list and neighbours."""
    shown = find_named(_readable(request).prefetch_related("builds_on"), request.user, slug, course)
    if course is None and is_elsewhere(request.user, shown):
        return redirect("lesson", shown.course.slug, slug)
    siblings = list(Lesson.objects.filter(is_published=True, course=shown.course).only("slug", "title", "course"))
    at = siblings.index(shown)
    sections = markup.sections(shown.body_markdown)
    taught = bank.list_taught_sections(Lesson.objects.filter(pk=shown.pk))
    anchors: dict[str, list[str]] = defaultdict(list)
    for (_, concept), at_section in bank.place_concepts(taught).items():
        anchors[taught[at_section].outline.id].append(concept)
    teaching = {section.outline.id for section in taught if section.concepts}
    return render(
        request,
        "questions/lesson.html",
        {
            "page": "lessons",
            "lesson": shown,
            "sections": [(section, anchors[section.id], section.id in teaching) for section in sections],
            "has_steps": bank.has_steps(shown),
            "has_check": any(section.id == QUICK_CHECK for section in sections),
            "previous": siblings[at - 1] if at else None,
            "next": siblings[at + 1] if at + 1 < len(siblings) else None,
        },
    )


def formulas(request: HttpRequest, slug: str, course: str | None = None) -> HttpResponse:
    """The formulas of a lesson on a sheet, to be printed."""
    shown = find_named(_readable(request), request.user, slug, course)
    context = {"page": "lessons", "lesson": shown, "parts": formula_sheet(shown.body_markdown)}
    return render(request, "questions/formulas.html", context)


def _readable(request: HttpRequest) -> QuerySet[Lesson]:
    """Return the lessons that whoever asks may read."""
    return Lesson.objects.filter(is_published=True, course__in=readable_courses(request.user))


def figure(request: HttpRequest, name: str, digest: str) -> HttpResponse:
    """The numbers behind an interactive figure, for its script; those of an address never change."""
    if name not in plots.FIGURES or digest != plots.figure(name).digest:
        raise Http404("There are no such numbers.")
    response = HttpResponse(plots.figure(name).document, content_type="application/json")
    patch_cache_control(response, public=True, max_age=31_536_000, immutable=True)
    return response


def picture(request: HttpRequest, address: str) -> HttpResponse:
    """A picture, for whoever has its address, which nobody guesses; it never changes, and nothing in it can run."""
    content = bank.read_picture(address)
    if content is None:
        raise Http404("There is no such picture.")
    response = HttpResponse(content, content_type=pictures.content_type(address))
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-site"
    patch_cache_control(response, public=True, max_age=31_536_000, immutable=True)
    return response
