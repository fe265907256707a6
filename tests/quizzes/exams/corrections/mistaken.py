"""A question with a wrong key, and what mends it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from questions import bank
from questions.models import Correction, Item, ItemVersion

SLUG = "penalty-target"
RIGHT, WRONG = "The data", "The weights"
"""What is right by the corrected version, and what the first version took for right."""


def item() -> Item:
    """The question whose first version has the wrong key."""
    return Item.objects.select_related("published").get(slug=SLUG)


def publish_corrected() -> ItemVersion:
    """Publish the version in which the other choice is right."""
    wrong = item()
    choices = [
        {"text": text, **({"correct": True} if text == RIGHT else {"because": "No."})}
        for text in (choice["text"] for choice in wrong.draft["choices"])
    ]
    wrong.draft = {**wrong.draft, "choices": choices}
    wrong.save()
    return bank.publish(wrong, seeds=20)


def correction(rule: Correction.Rule, version: ItemVersion, **more: Any) -> Correction:
    """A correction of a version that is not written yet."""
    return Correction(version=version, rule=rule, why="The key was wrong.", made_at=timezone.now(), **more)


def correct(rule: Correction.Rule = Correction.Rule.VERSION, **more: Any) -> Correction:
    """Write a correction of the first version: that it is judged by the corrected one, if nothing else is said."""
    first = item().versions.get(number=1)
    if rule == Correction.Rule.VERSION:
        more = {"by_version": publish_corrected(), **more}
    return bank.write_correction(correction(rule, first, **more))


def response(prompt: dict[str, Any], text: str) -> dict[str, str]:
    """The response that chooses this text."""
    return {"choice": next(choice["id"] for choice in prompt["choices"] if choice["text"] == text)}
