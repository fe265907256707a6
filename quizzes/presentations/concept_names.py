"""What the concepts of item versions are called now."""

from __future__ import annotations

from collections.abc import Collection

from questions.models import ItemVersion, VersionConcept
from quizzes.statements import Prepared, number

_NAMES = Prepared(
    lambda: (
        VersionConcept.objects.filter(version__in=number("versions", many=True))
        .order_by("position", "pk")
        .values_list("version", "concept__slug")
    )
)


def name_concepts(versions: Collection[ItemVersion]) -> None:
    """Set the `concepts` of these versions; one query."""
    names: dict[int, list[str]] = {version.pk: [] for version in versions}
    for pk, name in _NAMES.run(versions=list(names)):
        names[pk].append(name)
    for version in versions:
        version.concepts = names[version.pk]
