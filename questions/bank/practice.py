"""What is practised along: answering about a concept also practises the concepts that it encompasses."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from questions.models import ConceptEdge, ItemConcept


@dataclass(frozen=True)
class Practice:
    """Answering about `concept` (a slug) practises the item `item` (a primary key) with `weight` in (0, 1]."""

    concept: str
    item: int
    weight: float


def items_practised(concepts: Collection[str]) -> list[Practice]:
    """The items that answering about each of these concepts practises: those of the concepts that it encompasses.

    An item belongs to its main concept, the first of its tags. One query.
    """
    tags = ItemConcept.objects.filter(
        position=0,
        item__published__isnull=False,
        concept__incoming_edges__kind=ConceptEdge.Kind.ENCOMPASSES,
        concept__incoming_edges__source__slug__in=concepts,
    )
    edge = "concept__incoming_edges"
    rows = tags.values_list(f"{edge}__source__slug", "item_id", f"{edge}__weight")
    return [Practice(concept, item, weight) for concept, item, weight in rows]
