"""Which items of a course its exams can ask, and what in a blueprint asks for nothing that there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from questions import kinds
from questions.models import Course, Item
from quizzes.exams import blueprints
from quizzes.models import Exam


@dataclass(frozen=True)
class Askable:
    """A published item of a kind that exams may ask; its main concept is the first. It is in these `pools`."""

    pk: int
    slug: str
    kind: str
    concepts: tuple[str, ...]
    pools: tuple[str, ...] = (blueprints.PRACTICE,)


def load_askable(course: int) -> list[Askable]:
    """Load what exams of a course may ask. Two queries."""
    items = (
        Item.objects.published()
        .filter(course=course, published__kind__in=kinds.in_exams())
        .select_related("published")
        .prefetch_related("published__tags__concept")
        .order_by("position", "pk")
    )
    return [
        Askable(
            item.pk,
            item.slug,
            item.kind,
            tuple(item.published.concepts),
            blueprints.pools_of(item.pool, is_secret=item.is_secret),
        )
        for item in items
        if item.published
    ]


def can_ask(blueprint: blueprints.Assessment | blueprints.Viva, item: Askable) -> bool:
    """Whether a sitting may ask the item: a viva goes by all its concepts, an assessment by its main one.

    What is kept in a pool comes only where a section draws from it.
    """
    if isinstance(blueprint, blueprints.Viva):
        is_match_set = item.kind in kinds.with_pairs() and blueprints.PRACTICE in item.pools
        return is_match_set and blueprints.asks_any(item.concepts, blueprint.concepts)
    takes = any(
        (_takes(section.kinds, item.kind) if section.kinds else item.kind not in kinds.in_exams_by_name())
        and not {*section.pools}.isdisjoint(item.pools)
        for section in blueprint.parts
    )
    return takes and blueprints.is_asked(item.concepts[0], blueprint.concepts)


def _takes(wanted: Sequence[str] | Mapping[str, float], kind: str) -> bool:
    return wanted.get(kind, 0) > 0 if isinstance(wanted, Mapping) else kind in wanted


def idle_weights(blueprint: blueprints.Viva, items: Sequence[Askable]) -> list[str]:
    """The concepts that the blueprint of a viva weighs though no match set is about them."""
    anything = blueprint.model_copy(update={"concepts": {}})
    asked = {concept for item in items if can_ask(anything, item) for concept in item.concepts}
    return [concept for concept, weight in blueprint.concepts.items() if weight and concept not in asked]


def list_unreachable(course: Course) -> list[str]:
    """The items that no exam of the course can ask; none where it has no exam, whose blueprint can be read.

    What exams ask by name alone is for practice as a rule, and not missed.
    """
    read = list(_blueprints(course))
    if not read:
        return []
    items = load_askable(course.pk)
    missed = [item for item in items if not any(can_ask(blueprint, item) for blueprint in read)]
    return [item.slug for item in missed if item.kind not in kinds.in_exams_by_name()]


def _blueprints(course: Course) -> Iterator[blueprints.Assessment | blueprints.Viva]:
    for exam in Exam.objects.filter(course=course):
        try:
            yield blueprints.parse(exam.kind, exam.blueprint_asked)
        except blueprints.BlueprintError:
            continue
