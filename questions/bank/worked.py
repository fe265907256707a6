"""The questions of a lesson whose worked solution has steps."""

from __future__ import annotations

from django.db.models import Q

from questions import kinds
from questions.models import Item, Lesson


def has_steps(lesson: Lesson) -> bool:
    """Whether a lesson has questions whose solution has steps; mostly one query that reads no question."""
    items = Item.objects.in_practice().filter(published__lesson=lesson, published__body__has_key="work")
    return items.exists() or bool(list_with_steps(lesson))


def list_with_steps(lesson: Lesson) -> list[tuple[int, str, int]]:
    """Return the key and slug of each question of a lesson that has steps, and how many; one query."""
    may_have = Q(published__body__has_key="work") | Q(published__body__has_key="parts")
    items = Item.objects.in_practice().filter(may_have, published__lesson=lesson).order_by("position", "pk")
    counted = [
        (pk, slug, kinds.count_steps(body)) for pk, slug, body in items.values_list("pk", "slug", "published__body")
    ]
    return [entry for entry in counted if entry[-1]]
