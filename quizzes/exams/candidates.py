"""What of a course's bank a sitting may ask, as its student stands to it: loaded in a fixed number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Max

from questions import kinds
from questions.models import Item
from quizzes.exams.blueprints import is_asked
from quizzes.exams.composition import Candidate
from quizzes.exams.confusions import Confusion, load_confusions
from quizzes.exams.drafting import KnownPairs
from quizzes.exams.viva_rounds import Pair
from quizzes.models import Card, Presentation
from quizzes.reviews import memory_states

if TYPE_CHECKING:
    from quizzes.models import Student

FORGOTTEN_AFTER = timedelta(days=30)
"""What was seen longer ago counts as not seen."""
HALF_LIFE = timedelta(days=7)
"""Time after which having seen an item counts half."""
UNSEEN_RECALL = 0.5
"""The recall that is assumed of a pair never asked."""


def load_candidates(
    course: int, seen_at: Mapping[int, datetime] | None = None, now: datetime | None = None
) -> list[Candidate]:
    """The published items of a course; how recently each was seen counts from `seen_at` (by item) to `now`."""
    items = Item.objects.published().filter(course=course).order_by("pk")
    fields = ("pk", "published__kind", "published__concepts", "published__difficulty")
    return [
        Candidate(
            pk,
            kind,
            concepts[0],
            difficulty,
            recency(seen_at[pk], now) if now and seen_at and pk in seen_at else 0.0,
        )
        for pk, kind, concepts, difficulty in items.values_list(*fields)
    ]


def recency(seen_at: datetime, now: datetime) -> float:
    """How much of having seen an item is left: 1 just now, half as much every HALF_LIFE."""
    return float(0.5 ** ((now - seen_at) / HALF_LIFE))


def load_last_seen(student: Student, now: datetime) -> dict[int, datetime]:
    """When each item was last put to the student, as far as it is not forgotten."""
    shown = Presentation.objects.filter(student=student, created_at__gt=now - FORGOTTEN_AFTER)
    return dict(shown.values_list("card__item").annotate(last=Max("created_at")).values_list("card__item", "last"))


def load_known_pairs(
    student: Student, course: int, concepts: Mapping[str, float], on: date, w: Sequence[float]
) -> KnownPairs:
    """The pairs of the course's match sets about `concepts` (empty: all), as the student knows them on study day `on`
    by the memory parameters `w`; and the student's confusions."""
    confusions = load_confusions(student)
    cards = (
        Card.objects.filter(
            student=student, item__course=course, item__kind__in=kinds.with_pairs(), item__retired_at=None
        )
        .exclude(item__published=None)
        .select_related("item__published")
        .only(
            *("item", "facet", "stability", "last_review_on"),
            *("item__published__facets", "item__published__concepts", "item__published__difficulty"),
        )
    )
    mistakes: dict[int, list[str]] = defaultdict(list)
    for confusion in confusions:
        mistakes[confusion.item].append(confusion.text)
    return KnownPairs(_known_pairs(cards, confusions, concepts, on, w), dict(mistakes))


def _known_pairs(
    cards: Iterable[Card], confusions: Sequence[Confusion], concepts: Mapping[str, float], on: date, w: Sequence[float]
) -> list[Pair]:
    partners: dict[tuple[int, str], list[str]] = defaultdict(list)
    misses: Counter[tuple[int, str]] = Counter()
    for confusion in confusions:
        misses[confusion.item, confusion.facet] += confusion.times
        if confusion.owner:
            partners[confusion.item, confusion.facet].append(confusion.owner)
    pairs = []
    for card in cards:
        version = card.item.published
        assert version is not None
        if card.facet not in version.facets or not is_asked(version.concepts[0], concepts):
            continue
        recall = memory_states.predict(card, on, 0.0, w)
        pairs.append(
            Pair(
                item=card.item_id,
                facet=card.facet,
                concept=version.concepts[0],
                difficulty=version.difficulty,
                recall=UNSEEN_RECALL if recall is None else recall,
                misses=misses[card.item_id, card.facet],
                mistaken_for=tuple(partners[card.item_id, card.facet]),
            )
        )
    return pairs
