"""The concepts: the map, and a page for each."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from questions.current_course import find_named, is_elsewhere, list_shown_courses
from questions.models import Concept
from questions.roles import readable_courses
from quizzes import progress
from quizzes.views import student_of
from quizzes.views.concept_sheets import show_sheet


@require_GET
def map_page(request: HttpRequest) -> HttpResponse:
    """All concepts of the current course, else of each that one may read, as a map and as a list; with mastery."""
    student = student_of(request)
    maps = progress.load_maps(student, list_shown_courses(request.user))
    sheets = [show_sheet(course_map, with_mastery=student is not None) for course_map in maps]
    return render(request, "quizzes/concepts.html", {"page": "concepts", "sheets": sheets})


@require_GET
def concept_page(request: HttpRequest, slug: str, course: str | None = None) -> HttpResponse:
    """One concept: what it is, where it stands, and what the student answered about it."""
    readable = Concept.objects.filter(course__in=readable_courses(request.user))
    concept = find_named(readable.select_related("lesson"), request.user, slug, course)
    if course is None and is_elsewhere(request.user, concept):
        return redirect("concept", concept.course.slug, slug)
    student = student_of(request)
    context = {
        "page": "concepts",
        "concept": concept,
        "around": progress.load_neighbourhood(concept, student),
        "history": progress.load_history(concept, student) if student else None,
    }
    return render(request, "quizzes/concept.html", context)
