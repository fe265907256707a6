"""The published items that a lesson can ask at its end."""

from __future__ import annotations

from collections.abc import Collection

from questions import kinds
from questions.models import Item, ItemVersion, Lesson
from questions.text.outline import TaughtSection
from quizzes.lessons.choosing import QUESTIONS_OF_SECTION, Candidate, choose


def choose_versions(
    lesson: Lesson, chance: str, section: TaughtSection | None = None, answered: Collection[int] = ()
) -> list[ItemVersion]:
    """Return the versions of four items of the lesson, the easiest first; the same for the same `chance`.

    Of a section two that ask what it teaches, others than those `answered` (keys) where there are two. Items that take
    minutes to answer are not among them. Two queries.
    """
    items = Item.objects.in_practice().filter(published__lesson=lesson, kind__in=kinds.in_quick_checks())
    if section:
        items = items.filter(published__tags__position=0, published__tags__concept__slug__in=section.concepts)
    versions = {
        item.slug: published(item)
        for item in items.select_related("published__item__course", "published__lesson").prefetch_related(
            "published__tags"
        )
    }
    candidates = [
        Candidate(slug, version.difficulty, version.main_concept, version.kind) for slug, version in versions.items()
    ]
    fresh = [candidate for candidate in candidates if versions[candidate.slug].item_id not in answered]
    candidates = fresh if len(fresh) >= QUESTIONS_OF_SECTION else candidates
    return [versions[candidate.slug] for candidate in choose(candidates, chance, begins=section is not None)]


def published(item: Item) -> ItemVersion:
    """Return the version that is asked of an item which is published."""
    assert item.published is not None
    return item.published
