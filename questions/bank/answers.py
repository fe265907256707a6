"""What answers the items of a course: a word that does is no misspelling of another."""

from __future__ import annotations

import pydantic

from questions import kinds
from questions.bank.audits import has_variants
from questions.models import Item


def is_answer_elsewhere(item: int, typed: str) -> bool:
    """Whether a text, as typed texts are compared, answers another published item of this item's course. One query."""
    others = Item.objects.in_practice().filter(course__items=item).exclude(pk=item)
    rows = others.exclude(has_variants("published")).values_list("kind", "published__body")
    return any(typed in _answers(kind, body) for kind, body in rows)


def _answers(name: str, document: object) -> set[str]:
    try:
        texts = kinds.get(name).answers(kinds.parse(name, document))
    except pydantic.ValidationError:
        return set()
    return {kinds.comparable(text) for text in texts}
