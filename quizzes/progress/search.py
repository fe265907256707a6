"""Search: lessons and concepts for everyone, and for a student the questions that they have answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

from questions.models import Item
from questions.text import markup
from questions.text import search as text_search
from quizzes.models import Card
from quizzes.progress import concepts


@dataclass(frozen=True)
class Found:
    """A result: `type` is lesson, concept or item; title and snippet are sanitised HTML; `url` is the page of it."""

    type: Literal["concept", "lesson", "item"]
    slug: str
    title_html: SafeString
    snippet_html: SafeString
    url: str


def find(query: str, student: Any | None) -> list[Found]:
    """What the query's words are all found in: concepts, lessons, and the items that the student has answered.

    Of items only the question is searched and shown, never what is right. A fixed number of queries; none for an
    empty query.
    """
    wanted = text_search.words(query)
    if not wanted:
        return []
    found = [
        Found("concept", hit.slug, hit.title_html, hit.snippet_html, reverse("concept", args=[hit.slug]))
        for hit in text_search.concepts(wanted)
    ]
    for hit in text_search.lessons(wanted):
        url = reverse("lesson", args=[hit.slug]) + (f"#{hit.anchor}" if hit.anchor else "")
        found.append(Found("lesson", hit.slug, hit.title_html, hit.snippet_html, url))
    return found + (_items(wanted, student) if student else [])


def _items(wanted: Sequence[str], student: Any) -> list[Found]:
    """The items met: found by the question as it was written, shown with the numbers that the student had."""
    asked = Card.objects.filter(student=student, item=OuterRef("pk"), reviews__gt=0)
    items = text_search.matching(Item.objects.filter(Exists(asked)), ["published__body__stem"], wanted)
    found = list(items.order_by("position", "pk").only("slug", "kind")[: text_search.FOUND])
    cards: dict[int, list[Card]] = defaultdict(list)
    for card in Card.objects.filter(student=student, item__in=found):
        cards[card.item_id].append(card)
    answers = concepts.answers([card for own in cards.values() for card in own], newest=1)
    stems = concepts.stems({item: given for item, (given, _) in answers.items()})
    return [
        Found(
            "item",
            item.slug,
            text_search.snippet(markup.render(stems[item.pk]), wanted),
            escape(item.get_kind_display()),
            reverse("review-answer", args=[event]),
        )
        for item in found
        if item.pk in stems and (event := answers[item.pk][1][0].event)
    ]
