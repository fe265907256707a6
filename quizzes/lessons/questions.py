"""The published items that a lesson can ask at its end."""

from __future__ import annotations

from questions import kinds
from questions.models import Item, ItemVersion, Lesson
from quizzes.lessons.choosing import Candidate, choose


def choose_versions(lesson: Lesson, chance: str) -> list[ItemVersion]:
    """Return the versions of four items of the lesson, the easiest first; the same for the same `chance`.

    Items that take minutes to answer are not among them. Two queries.
    """
    items = Item.objects.in_practice().filter(published__lesson=lesson, kind__in=kinds.in_quick_checks())
    versions = {
        item.slug: published(item)
        for item in items.select_related("published__item__course", "published__lesson").prefetch_related(
            "published__tags"
        )
    }
    candidates = [
        Candidate(slug, version.difficulty, version.main_concept, version.kind) for slug, version in versions.items()
    ]
    return [versions[candidate.slug] for candidate in choose(candidates, chance)]


def published(item: Item) -> ItemVersion:
    """Return the version that is asked of an item which is published."""
    assert item.published is not None
    return item.published
