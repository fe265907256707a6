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
    found = progress.load_maps(student_of(request))
    sheets = [
        {
            "course": one.course,
            "drawing": one.drawing,
            "boxes": [_box(node, one.known[node.name]) for node in one.drawing.nodes],
            "list": one.known.values(),
        }
        for one in found
    ]
    sizes = {
        "width": concept_map.WIDTH,
        "height": concept_map.HEIGHT,
        "padding": concept_map.PADDING,
        "meter": concept_map.METER,
    }
    return render(request, "quizzes/concepts.html", {"page": "concepts", "sheets": sheets, "box": sizes})


@require_GET
def concept(request: HttpRequest, slug: str) -> HttpResponse:
    """One concept: what it is, where it stands, and what the student answered about it."""
    found = get_object_or_404(Concept.objects.select_related("lesson", "course"), slug=slug)
    student = student_of(request)
    context = {
        "page": "concepts",
        "concept": found,
        "around": progress.load_neighbourhood(found, student),
        "history": progress.load_history(found, student) if student else None,
    }
    return render(request, "quizzes/concept.html", context)


def _box(node: concept_map.Node, known: progress.ConceptMastery) -> Box:
    return Box(known, node.x, node.y, concept_map.wrap_name(known.concept.name), concept_map.fill_meter(known.percent))
