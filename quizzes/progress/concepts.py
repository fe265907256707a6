"""The concept graph as one student knows it: the list, the map, and the neighbours of a concept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from questions.models import Concept, ConceptEdge, Course
from quizzes.models import Student
from quizzes.progress import concept_map, drawings
from quizzes.progress.mastery import ConceptMastery, load_mastery


def list_concepts(
    student: Student, *, course: Course | None = None, w: Sequence[float] | None = None
) -> list[ConceptMastery]:
    """The concepts that the student's cards ask, of all courses or one, in their order; a fixed number of queries."""
    mastery = load_mastery(student, w=w)
    studied = student.enrolments.studied().values("course")
    concepts = Concept.objects.filter(pk__in=mastery, course__in=studied).select_related("course")
    if course:
        concepts = concepts.filter(course=course)
    in_order = concepts.order_by("course", "position", "id")
    return [ConceptMastery(concept, mastery[concept.pk]) for concept in in_order]


@dataclass(frozen=True)
class CourseMap:
    """A course's concepts in the drawing of what needs what; `known` by slug, in the order of the course."""

    course: Course
    drawing: concept_map.Drawing
    known: dict[str, ConceptMastery]


def load_maps(student: Student | None, courses: QuerySet[Course]) -> list[CourseMap]:
    """The map of each of the courses that has concepts, with the mastery of a student; a fixed number of queries."""
    mastery = load_mastery(student) if student else {}
    concepts: dict[int, list[Concept]] = defaultdict(list)
    for concept in Concept.objects.filter(course__in=courses).select_related("lesson"):
        concepts[concept.course_id].append(concept)
    edges = _load_prerequisites()
    return [
        CourseMap(
            course,
            drawings.draw([concept.slug for concept in concepts[course.pk]], edges[course.pk]),
            {concept.slug: ConceptMastery(concept, mastery.get(concept.pk)) for concept in concepts[course.pk]},
        )
        for course in Course.objects.filter(pk__in=concepts).order_by("pk")
    ]


def _load_prerequisites() -> dict[int, list[tuple[str, str]]]:
    """By course: what needs what, as (the concept that comes first, the one that needs it)."""
    edges = ConceptEdge.objects.filter(kind=ConceptEdge.Kind.PREREQUISITE, target__course=F("source__course"))
    rows = edges.order_by("source__position", "pk").values_list("source__course", "target__slug", "source__slug")
    by_course: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for course, before, after in rows:
        by_course[course].append((before, after))
    return by_course


@dataclass(frozen=True)
class Neighbourhood:
    """A concept with its neighbours: what it needs first, what needs it, what it practises, and what practises it.

    A right answer about a concept counts for those it practises, as the given share (0-1) of a review.
    """

    known: ConceptMastery
    needs: list[ConceptMastery]
    leads_to: list[ConceptMastery]
    practises: list[tuple[ConceptMastery, float]]
    practised_by: list[tuple[ConceptMastery, float]]


def load_neighbourhood(concept: Concept, student: Student | None) -> Neighbourhood:
    """The concept and its neighbours in the graph; a fixed number of queries."""
    mastery = load_mastery(student) if student else {}
    edges = ConceptEdge.objects.filter(Q(source=concept) | Q(target=concept)).select_related("source", "target")
    beside: dict[tuple[str, bool], list[tuple[ConceptMastery, float]]] = defaultdict(list)
    for edge in edges.order_by("pk"):
        outward = edge.source_id == concept.pk
        other = edge.target if outward else edge.source
        beside[edge.kind, outward].append((ConceptMastery(other, mastery.get(other.pk)), edge.weight))
    needs, practises = ConceptEdge.Kind.PREREQUISITE, ConceptEdge.Kind.ENCOMPASSES
    return Neighbourhood(
        ConceptMastery(concept, mastery.get(concept.pk)),
        needs=[known for known, _ in beside[needs, True]],
        leads_to=[known for known, _ in beside[needs, False]],
        practises=beside[practises, True],
        practised_by=beside[practises, False],
    )
