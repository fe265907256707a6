"""What right answers practise along: kept once for all of them, and read as lines of the practised cards' logs."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from questions import bank
from quizzes.memory.rating import Rating
from quizzes.memory.timeline import LogLine
from quizzes.models import Card, Practice, PractisedItem, ReviewEvent
from quizzes.models.statements import Prepared, number

Weights = Mapping[int, float]
"""The items that are practised, each with how much of a review it is."""

MAX_KEPT = 200_000
"""Versions, and items that they practise, of which is kept what was loaded: about 20 MB."""
MAX_KNOWN = 100_000
_known: set[int] = set()
"""Keys of practices that are stored for sure."""

_PRACTICE = Prepared(lambda: bank.practice_of(number("versions", many=True)))


class Edition(NamedTuple):
    """A course as of one of its revisions: until it has another, answers practise the same."""

    course: int
    revision: int
    graph_revision: int


@dataclass(frozen=True)
class Practised:
    """What answering a version practises along, and the key of it."""

    key: int
    weights: Weights


class _Loaded:
    """What answering versions practises, by edition; the same of many versions is kept once."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.by_course: dict[int, tuple[Edition, dict[int, Practised]]] = {}
        self.by_key: dict[int, Practised] = {}
        self.size = 0

    def of(self, edition: Edition) -> dict[int, Practised]:
        """Return the versions of an edition that are known, to be added to; those of an earlier one are forgotten."""
        if self.size > MAX_KEPT:
            self.clear()
        known = self.by_course.get(edition.course)
        if known is None or known[0] != edition:
            known = self.by_course[edition.course] = edition, {}
        return known[1]

    def keep(self, weights: Weights) -> Practised:
        """Return these weights with their key, as they are kept."""
        key = key_of(weights)
        self.size += 1 if key in self.by_key else 1 + len(weights)
        return self.by_key.setdefault(key, Practised(key, weights))


_loaded = _Loaded()


def load_practice(versions: Mapping[int, Edition]) -> dict[int, Practised]:
    """Return the other items that answering each version practises; of several edges to an item the heaviest counts.

    A query where a version was not answered since its course changed, in this process.
    """
    known = {edition: _loaded.of(edition) for edition in set(versions.values())}
    unknown = [version for version, edition in versions.items() if version not in known[edition]]
    practice: dict[int, dict[int, float]] = {version: {} for version in unknown}
    for version, answered, item, weight in _PRACTICE.run(versions=unknown) if unknown else []:
        if item != answered:
            practice[version][item] = max(weight, practice[version].get(item, 0.0))
    for version, weights in practice.items():
        known[versions[version]][version] = _loaded.keep(weights)
    return {version: known[edition][version] for version, edition in versions.items()}


def key_of(weights: Weights) -> int:
    """Return the key of the practice of these items: 63 bits that say which they are."""
    text = ",".join(f"{item}:{weight!r}" for item, weight in sorted(weights.items()))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 1


def store(practices: Mapping[int, Weights]) -> None:
    """Store those of these practices, by their keys, that are not stored yet: mostly none, and no statement."""
    missing = sorted(practices.keys() - _known)
    if not missing:
        return
    # In one order, so that two who store the same never wait for each other.
    Practice.objects.bulk_create((Practice(pk=key) for key in missing), ignore_conflicts=True)
    PractisedItem.objects.bulk_create(
        (
            PractisedItem(practice_id=key, item_id=item, weight=weight)
            for key in missing
            for item, weight in sorted(practices[key].items())
        ),
        ignore_conflicts=True,
    )
    transaction.on_commit(lambda: _remember(missing))


def _remember(stored: Iterable[int]) -> None:
    if len(_known) > MAX_KNOWN:
        _known.clear()
    _known.update(stored)


def forget_practices() -> None:
    """Know no practice that is loaded or stored: a test's database is empty again."""
    _loaded.clear()
    _known.clear()


def load_items(events: Iterable[ReviewEvent]) -> dict[uuid.UUID, list[int]]:
    """Return the items that each of these stored events practises; a query, where any does."""
    practices = {event.practice_id for event in events if event.practice_id}
    items: dict[int, list[int]] = defaultdict(list)
    if practices:
        for practice, item in PractisedItem.objects.filter(practice__in=practices).values_list("practice", "item"):
            items[practice].append(item)
    return {event.event_id: items[event.practice_id] for event in events if event.practice_id}


def load_lines(events: QuerySet[ReviewEvent], cards: Iterable[Card]) -> list[LogLine]:
    """Return what these events of a student practise as lines of the logs of their `cards`; one query."""
    return _read_lines(events.filter(practice__isnull=False), cards, MappingProxyType({}))


def load_lines_since(
    events: QuerySet[ReviewEvent], cards: Collection[Card], since: Mapping[uuid.UUID, int]
) -> list[LogLine]:
    """Return the same of a few cards, of those in `since` what later events practise: later than of these keys.

    Two queries at most.
    """
    known = [card for card in cards if card.pk in since]
    others = [card for card in cards if card.pk not in since]
    lines: list[LogLine] = []
    for few, later in ((known, min(since.values(), default=0)), (others, 0)):
        if few:
            items = {card.item_id for card in few}
            lines += _read_lines(events.filter(practice__items__item__in=items, pk__gt=later), few, since)
    return lines


def _read_lines(events: QuerySet[ReviewEvent], cards: Iterable[Card], since: Mapping[uuid.UUID, int]) -> list[LogLine]:
    of_items: dict[int, list[uuid.UUID]] = defaultdict(list)
    for card in cards:
        of_items[card.item_id].append(card.pk)
    rows = events.values_list(
        *("pk", "practice__items__item", "occurred_at", "event_id", "study_date", "practice__items__weight")
    )
    return [
        LogLine(card, occurred_at, event, study_date, Rating.GOOD.value, weight)
        for pk, item, occurred_at, event, study_date, weight in rows
        for card in of_items.get(item, ())
        if pk > since.get(card, 0)
    ]
