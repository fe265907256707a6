"""What is practised along: answering about a concept also practises the concepts that it encompasses."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Expression, QuerySet

from questions.models import ConceptEdge, ItemConcept, outside_pools


def practice_of(versions: Collection[int] | Expression) -> QuerySet[ItemConcept, tuple[int, int, int, float]]:
    """Query what answering each of these versions practises: (version, its item, an item practised, how much).

    The keys of these, and a weight in (0, 1] for each edge. They are the items of the concepts that its own encompass,
    itself perhaps among them; an item belongs to its main concept, the first of its tags.
    """
    source = "concept__incoming_edges__source__version_tags__version"
    tags = ItemConcept.objects.filter(
        outside_pools("item__"),
        position=0,
        item__published__isnull=False,
        concept__incoming_edges__kind=ConceptEdge.Kind.ENCOMPASSES,
        **{f"{source}__in": versions},
    )
    return tags.values_list(source, f"{source}__item", "item_id", "concept__incoming_edges__weight")
