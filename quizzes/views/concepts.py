"""The concepts: the map, and a page for each."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from questions.models import Concept
from quizzes import progress
from quizzes.progress import concept_map
from quizzes.views import student_of


@dataclass(frozen=True)
class Box:
    """A node of the map as it is drawn: the lines of its name with their heights, and its meter."""

    known: progress.ConceptMastery
    x: float
    y: float
    lines: list[concept_map.Line]
    filled: float


@require_GET
def map_page(request: HttpRequest) -> HttpResponse:
    """All concepts of each course, as a map and as a list; with a student's mastery."""
    maps = progress.load_maps(student_of(request))
    sheets = [
        {
            "course": course_map.course,
            "drawing": course_map.drawing,
            "boxes": [_box(node, course_map.known[node.name]) for node in course_map.drawing.nodes],
            "list": course_map.known.values(),
        }
        for course_map in maps
    ]
    sizes = {
        "width": concept_map.WIDTH,
        "height": concept_map.HEIGHT,
        "padding": concept_map.PADDING,
        "meter": concept_map.METER,
    }
    return render(request, "quizzes/concepts.html", {"page": "concepts", "sheets": sheets, "box": sizes})


@require_GET
def concept_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One concept: what it is, where it stands, and what the student answered about it."""
    concept = get_object_or_404(Concept.objects.select_related("lesson", "course"), slug=slug)
    student = student_of(request)
    context = {
        "page": "concepts",
        "concept": concept,
        "around": progress.load_neighbourhood(concept, student),
        "history": progress.load_history(concept, student) if student else None,
    }
    return render(request, "quizzes/concept.html", context)


def _box(node: concept_map.Node, known: progress.ConceptMastery) -> Box:
    return Box(known, node.x, node.y, concept_map.wrap_name(known.concept.name), concept_map.fill_meter(known.percent))
