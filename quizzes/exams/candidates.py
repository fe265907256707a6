"""What of a course's bank a sitting may ask, as its student stands to it: loaded in a fixed number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import DateTimeField, Max, Q

from questions import kinds
from questions.models import Item, outside_pools
from quizzes.calendar import study_day
from quizzes.exams import blueprints
from quizzes.exams.apart import Apart
from quizzes.exams.confusions import Confusion, load_confusions
from quizzes.exams.drafting import KnownPairs, Pool
from quizzes.exams.parts import Candidate
from quizzes.exams.viva_rounds import Pair
from quizzes.memory.fsrs import DEFAULT_PARAMETERS
from quizzes.models import Card, Presentation
from quizzes.models.statements import Parameter, Prepared, number
from quizzes.reviews import memory_states

if TYPE_CHECKING:
    from questions.models import ItemVersion
    from quizzes.models import ChangeLog, Exam, Student

FORGOTTEN_AFTER = timedelta(days=30)
"""What was seen longer ago counts as not seen."""
HALF_LIFE = timedelta(days=7)
"""Time after which having seen an item counts half."""
UNSEEN_RECALL = 0.5
"""The recall that is assumed of a pair never asked."""


def load_pool(log: ChangeLog, exam: Exam, blueprint: blueprints.Assessment | blueprints.Viva, now: datetime) -> Pool:
    """What a sitting of the exam may ask the student of a change log; four queries at most."""
    apart = load_apart(exam.course_id)
    if isinstance(blueprint, blueprints.Viva):
        return Pool(known_pairs=load_known_pairs(log, exam.course_id, blueprint.concepts, now), apart=apart)
    return Pool(candidates=load_candidates(exam.course_id, load_last_seen(log.student, now), now), apart=apart)


_BANK = Prepared(
    lambda: (
        Item.objects.published()
        .filter(course=number("course"))
        .filter(published__tags__position=0)
        .order_by("pk")
        .values_list(
            *("pk", "published__kind", "published__tags__concept__slug", "published__difficulty"),
            *("pool", "released_at", "statistics__ease"),
        )
    )
)
_APART = Prepared(
    lambda: (
        Item.objects.filter(~Q(idea="") | Q(enemies__isnull=False), course=number("course"))
        .order_by()
        .values_list("pk", "idea", "enemies__enemy")
    )
)


def load_apart(course: int) -> Apart:
    """Load what keeps items of a course apart; one query."""
    ideas: dict[int, str] = {}
    enemies: dict[int, set[int]] = defaultdict(set)
    for item, idea, enemy in _APART.run(course=course):
        if idea:
            ideas[item] = idea
        if enemy:
            enemies[item].add(enemy)
            enemies[enemy].add(item)
    return Apart(ideas, {item: frozenset(others) for item, others in enemies.items()})


def load_candidates(
    course: int, seen_at: Mapping[int, datetime] | None = None, now: datetime | None = None
) -> list[Candidate]:
    """The published items of a course that exams may ask; one query.

    How recently each was seen counts from `seen_at` (by item) to `now`.
    """
    asked = kinds.in_exams()
    return [
        Candidate(
            pk,
            kind,
            concept,
            difficulty,
            recency(seen_at[pk], now) if now and seen_at and pk in seen_at else 0.0,
            blueprints.pools_of(pool, is_secret=released_at is None),
            ease,
            kinds.get(kind).typical_guess_rate,
        )
        for pk, kind, concept, difficulty, pool, released_at, ease in _BANK.run(course=course)
        if kind in asked
    ]


def recency(seen_at: datetime, now: datetime) -> float:
    """How much of having seen an item is left: 1 just now, half as much every HALF_LIFE."""
    return float(0.5 ** ((now - seen_at) / HALF_LIFE))


_LAST_SEEN = Prepared(
    lambda: (
        Presentation.objects.filter(student=number("student"), created_at__gt=Parameter("since", DateTimeField()))
        .filter(spare=None)  # spares wait on a device, and may never be seen
        .values("card__item")
        .annotate(last=Max("created_at"))
        .values_list("card__item", "last")
    )
)


def load_last_seen(student: Student, now: datetime) -> dict[int, datetime]:
    """When each item was last put to the student, as far as it is not forgotten."""
    return dict(_LAST_SEEN.run(student=student.pk, since=now - FORGOTTEN_AFTER))


def load_known_pairs(log: ChangeLog, course: int, concepts: Mapping[str, float], now: datetime) -> KnownPairs:
    """Load the pairs of the course's match sets, as the student of a change log knows them.

    Empty `concepts` mean all. With the pairs comes what the student gave by mistake. Three queries.
    """
    student = log.student
    confusions = load_confusions(student)
    cards = (
        Card.objects.filter(
            student=student, item__course=course, item__kind__in=kinds.with_pairs(), item__retired_at=None
        )
        .filter(outside_pools("item__"))
        .exclude(item__published=None)
        .select_related("item__published")
        .only(
            *("item", "facet", "stability", "last_review_on"),
            *("item__published__facets", "item__published__difficulty"),
        )
        .prefetch_related("item__published__tags")
    )
    mistakes: dict[int, list[str]] = defaultdict(list)
    for confusion in confusions:
        mistakes[confusion.item].append(confusion.text)
    asked = [card for card in cards if blueprints.asks_any(_published(card).concepts, concepts)]
    return KnownPairs(known_pairs(asked, confusions, study_day(student, now).date, log.w), dict(mistakes))


def load_new_pool(exam: Exam, blueprint: blueprints.Assessment | blueprints.Viva, now: datetime) -> Pool:
    """What a sitting may ask somebody who has seen nothing yet; three queries at most."""
    apart = load_apart(exam.course_id)
    if not isinstance(blueprint, blueprints.Viva):
        return Pool(candidates=load_candidates(exam.course_id), apart=apart)
    items = Item.objects.published().filter(outside_pools(), course=exam.course_id, kind__in=kinds.with_pairs())
    cards = [
        Card(item=item, facet=facet)
        for item in items.select_related("published").prefetch_related("published__tags__concept").order_by("pk")
        if item.published and blueprints.asks_any(item.published.concepts, blueprint.concepts)
        for facet in item.published.facets
    ]
    return Pool(known_pairs=KnownPairs(known_pairs(cards, [], now.date(), DEFAULT_PARAMETERS), {}), apart=apart)


def known_pairs(cards: Iterable[Card], confusions: Sequence[Confusion], on: date, w: Sequence[float]) -> list[Pair]:
    """The pairs that the cards stand for, as they are remembered on study day `on` by the FSRS parameters `w`.

    Pairs that the published version of their item has dropped are left out.
    """
    mistaken_for: dict[tuple[int, str], list[str]] = defaultdict(list)
    misses: Counter[tuple[int, str]] = Counter()
    for confusion in confusions:
        misses[confusion.item, confusion.facet] += confusion.times
        if confusion.owner:
            mistaken_for[confusion.item, confusion.facet].append(confusion.owner)
    return [
        Pair(
            item=card.item_id,
            facet=card.facet,
            concepts=tuple(version.concepts),
            difficulty=version.difficulty,
            recall=_recall(card, on, w),
            misses=misses[card.item_id, card.facet],
            mistaken_for=tuple(mistaken_for[card.item_id, card.facet]),
        )
        for card, version in ((card, _published(card)) for card in cards)
        if card.facet in version.facets
    ]


def _published(card: Card) -> ItemVersion:
    assert card.item.published is not None
    return card.item.published


def _recall(card: Card, on: date, w: Sequence[float]) -> float:
    recall = memory_states.predict(card, on, 0.0, w)
    return UNSEEN_RECALL if recall is None else recall
