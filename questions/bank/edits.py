"""Lessons and concepts as they are edited one by one: checked against the rest of their course, and stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import pydantic
from django.db import transaction
from pydantic import BaseModel

from questions.bank.checks import check_acyclic, check_concept, check_lesson
from questions.bank.documents import ConceptDocument, LessonDocument
from questions.bank.locks import lock_course, raise_graph_revision
from questions.bank.pictures import missing_pictures
from questions.bank.problems import BankError, Problem, problems_of
from questions.models import Concept, ConceptEdge, Course, Item, Lesson, outside_pools

DocumentT = TypeVar("DocumentT", bound=BaseModel)


def validate_lesson(course: Course, document: dict[str, object], text: str, key: int | None) -> None:
    """Check a lesson of the course, new or stored under `key`. Raises BankError naming each field that is wrong."""
    lesson = _read(LessonDocument, document)
    others = set(Lesson.objects.filter(course=course).exclude(pk=key or 0).values_list("slug", flat=True))
    items = set(Item.objects.filter(outside_pools(), course=course).values_list("slug", flat=True))
    shown = [("text", text), ("summary", lesson.summary)]
    concepts = set(course.concepts.values_list("slug", flat=True))
    _refuse([*check_lesson(lesson, text, others | {lesson.slug}, items, concepts), *missing_pictures(shown)])


def validate_concept(course: Course, document: dict[str, object], key: int | None) -> None:
    """Check a concept of the course, new or stored under `key`. Raises BankError naming each field that is wrong."""
    concept = _read(ConceptDocument, document)
    lessons = set(Lesson.objects.filter(course=course).values_list("slug", flat=True))
    others = Concept.objects.filter(course=course).exclude(pk=key or 0)
    needs: dict[str, list[str]] = {slug: [] for slug in others.values_list("slug", flat=True)}
    problems = check_concept(concept, lessons, {*needs, concept.slug})
    edges = ConceptEdge.objects.filter(kind=ConceptEdge.Kind.PREREQUISITE, source__in=others)
    for source, target, slug in edges.values_list("source__slug", "target", "target__slug"):
        needs[source].append(concept.slug if target == key else slug)
    if before := check_acyclic(needs):  # a circle that is there already is not this concept's
        needs = {slug: [] if slug in before else needed for slug, needed in needs.items()}
    circle = check_acyclic({**needs, concept.slug: concept.prerequisites}).get(concept.slug)
    problems += missing_pictures([("definition", concept.definition)])
    _refuse([*problems, *([circle] if circle else [])])


@transaction.atomic
def connect(concept: Concept, prerequisites: Iterable[Concept], encompasses: Sequence[tuple[Concept, float]]) -> None:
    """Make these the concept's edges: what it needs first, and what it practises along, with weights in (0, 1]."""
    lock_course(concept.course_id)
    needs, practises = ConceptEdge.Kind.PREREQUISITE, ConceptEdge.Kind.ENCOMPASSES
    wanted = {(needs.value, target.pk): 1.0 for target in prerequisites}
    wanted |= {(practises.value, target.pk): weight for target, weight in encompasses}
    edges = {(edge.kind, edge.target_id): edge for edge in concept.edges.all()}
    if {pair: edge.weight for pair, edge in edges.items()} == wanted:
        return
    raise_graph_revision(concept.course_id)
    for pair, edge in edges.items():
        if pair not in wanted:
            edge.delete()
        elif edge.weight != wanted[pair]:
            edge.weight = wanted[pair]
            edge.save(update_fields=["weight"])
    ConceptEdge.objects.bulk_create(
        ConceptEdge(kind=kind, source=concept, target_id=target, weight=weight)
        for (kind, target), weight in wanted.items()
        if (kind, target) not in edges
    )


def _read(model: type[DocumentT], document: dict[str, object]) -> DocumentT:
    try:
        return model.model_validate(document)
    except pydantic.ValidationError as error:
        raise BankError(problems_of(error)) from None


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise BankError(problems)
