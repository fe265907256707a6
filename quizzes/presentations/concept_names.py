"""What the concepts of item versions are called now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from questions.models import ItemVersion, VersionConcept
from quizzes.models.statements import Prepared, number

MAX_KEPT = 20_000
"""Versions whose names are kept: some 5 MB."""
_kept: dict[tuple[str, int], list[str]] = {}
"""By the version, and the revision of its course at which they were read: who renames a concept raises it."""

_NAMES = Prepared(
    lambda: (
        VersionConcept.objects.filter(version__in=number("versions", many=True))
        .order_by("position", "pk")
        .values_list("version", "concept__slug")
    )
)


def name_concepts(versions: Collection[ItemVersion]) -> None:
    """Set the `concepts` of these versions; one query."""
    names = _load(version.pk for version in versions)
    for version in versions:
        version.concepts = names[version.pk]


def name_concepts_as_of(version: ItemVersion, revision: int) -> None:
    """Set the `concepts` of a version whose course has this revision; a query once a process."""
    key = version.identity, revision
    if key not in _kept:
        if len(_kept) >= MAX_KEPT:
            _kept.clear()
        _kept[key] = _load([version.pk])[version.pk]
    version.concepts = list(_kept[key])


def forget_concept_names() -> None:
    """Read names anew: a test takes back what was renamed."""
    _kept.clear()


def _load(versions: Iterable[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    for pk, name in _NAMES.run(versions=list(versions)):
        names[pk].append(name)
    return names
