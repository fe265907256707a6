"""The map and the list of a course's concepts as HTML.

A course may have hundreds of them, and a template's loop takes several times as long as these functions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from questions.models import Course
from quizzes import progress
from quizzes.progress import concept_map
from quizzes.progress.concept_map import HEIGHT, METER, PADDING, WIDTH
from quizzes.views.template_tags.words import mastery


@dataclass(frozen=True)
class Sheet:
    """A course's part of the page: the edges and nodes of its map, `width` by `height`, and the rows of its list."""

    course: Course
    width: float
    height: float
    edges: SafeString
    nodes: SafeString
    rows: SafeString


def show_sheet(course_map: progress.CourseMap, *, with_mastery: bool) -> Sheet:
    """Return the sheet of a map; `with_mastery` shows how well each concept is known."""
    drawing, known, course = course_map.drawing, course_map.known, course_map.course.slug
    return Sheet(
        course_map.course,
        drawing.width,
        drawing.height,
        format_html_join("", '<path d="{}"/>', ((edge.path,) for edge in drawing.edges)),
        _join(_node(course, node, known[node.name], with_mastery=with_mastery) for node in drawing.nodes),
        _join(_row(course, concept, with_mastery=with_mastery) for concept in known.values()),
    )


def _join(parts: Iterable[SafeString]) -> SafeString:
    return SafeString("\n".join(parts))


def _node(course: str, node: concept_map.Node, known: progress.ConceptMastery, *, with_mastery: bool) -> SafeString:
    """A box with the concept's name, and a meter of its mastery; a link."""
    label, meter, lower = known.concept.name, SafeString(), SafeString(' transform="translate(0 9)"')
    if with_mastery:
        label += f", {known.percent} %" if known.begun else ", not started"
        meter, lower = _meter(known.percent), SafeString()
    return format_html(
        '<a class="node{}" href="{}" aria-label="{}" style="--at: {}">'
        '<rect class="box" x="{}" y="{}" width="{}" height="{}" rx="9"/>'
        '<g transform="translate({} {})" aria-hidden="true"><text x="{}"{}>{}</text>{}</g></a>',
        *(" begun" if known.begun else "", _address(course, known.concept.slug), label, known.percent),
        *(node.x, node.y, WIDTH, HEIGHT),
        *(node.x, node.y, PADDING, lower, _lines(known.concept.name), meter),
    )


@lru_cache(maxsize=4096)
def _lines(name: str) -> SafeString:
    lines = ((PADDING, y, text) for y, text in concept_map.wrap_name(name))
    return format_html_join(" ", '<tspan x="{}" y="{}">{}</tspan>', lines)


@lru_cache(maxsize=101)
def _meter(percent: int) -> SafeString:
    """The track, and the part that is filled."""
    return format_html_join(
        "",
        '<rect class="{}" x="{}" y="47" width="{}" height="5" rx="2.5"/>',
        (("track", PADDING, METER), ("level", PADDING, concept_map.fill_meter(percent))),
    )


def _row(course: str, known: progress.ConceptMastery, *, with_mastery: bool) -> SafeString:
    shown = mastery(known.mastery) if with_mastery else ""
    concept = known.concept
    return format_html('<li><a href="{}">{}</a>{}</li>', _address(course, concept.slug), concept.name, shown)


@lru_cache(maxsize=4096)
def _address(course: str, slug: str) -> str:
    return reverse("concept", args=[course, slug])
