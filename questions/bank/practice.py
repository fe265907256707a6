"""What is practised along: answering about a concept also practises the concepts that it encompasses."""

from __future__ import annotations

from collections.abc import Collection

from questions.models import ConceptEdge, ItemConcept


def items_practised(versions: Collection[int]) -> dict[int, dict[int, float]]:
    """The other items that answering each of these versions (primary keys) practises, and how much, in (0, 1].

    They are those of the concepts that its own encompass; an item belongs to its main concept, the first of its tags.
    Of several edges to an item the heaviest counts. One query.
    """
    source = "concept__incoming_edges__source__version_tags__version"
    tags = ItemConcept.objects.filter(
        position=0,
        item__published__isnull=False,
        concept__incoming_edges__kind=ConceptEdge.Kind.ENCOMPASSES,
        **{f"{source}__in": versions},
    )
    practised: dict[int, dict[int, float]] = {}
    columns = (source, f"{source}__item", "item_id", "concept__incoming_edges__weight")
    for version, answered, item, weight in tags.values_list(*columns):
        if item == answered:
            continue
        weights = practised.setdefault(version, {})
        weights[item] = max(weight, weights.get(item, 0.0))
    return practised
