"""Cards of many students folded anew, after lines of their logs came to say something else."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import QuerySet

from quizzes.memory.rating import Rating
from quizzes.memory.timeline import LogLine
from quizzes.models import Card, CardCheckpoint, ChangeLog, Review, ReviewEvent, update_rows
from quizzes.models.statements import Prepared, identifier, number
from quizzes.reviews import change_log as change_logs
from quizzes.reviews import memory_states

AT_ONCE = 5000
"""Rows that a query names: SQLite takes some ten thousand."""


class Told(NamedTuple):
    """What a caller knows of the cards' logs: all lines that count of some events, by the events' keys."""

    events: list[int]
    lines: list[LogLine]


def _build_lines() -> QuerySet[Review, tuple[Any, ...]]:
    others = Review.objects.counting().filter(card__in=identifier("cards", many=True))
    return others.exclude(event__in=number("told", many=True)).values_list(*memory_states.COLUMNS)


_LINES = Prepared(_build_lines)


def refold_cards(logs: Mapping[int, ChangeLog], cards: Mapping[uuid.UUID, Card], told: Told) -> list[Card]:
    """Fold cards from their whole logs, store those that changed, and return them; the logs are locked.

    The caller saves the logs, by students, in which the changes are numbered.
    """
    if not cards:
        return []
    before = {pk: _state(card) for pk, card in cards.items()}
    keys = list(cards)
    for begin in range(0, len(keys), AT_ONCE):
        CardCheckpoint.objects.filter(card__in=keys[begin : begin + AT_ONCE]).delete()
    others = [LogLine(*row) for row in _LINES.run(cards=keys, told=told.events)]
    lines = _by_card([*told.lines, *others, *_load_practice(cards.values())])
    of_parameters: dict[tuple[float, ...], dict[uuid.UUID, Card]] = defaultdict(dict)
    for pk, card in cards.items():
        of_parameters[logs[card.student_id].w][pk] = card
    for w, alike in of_parameters.items():
        memory_states.replay(alike, memory_states.sort_log(*(lines[pk] for pk in alike)), w)
    for card in cards.values():
        log = logs[card.student_id]
        card.due_at = memory_states.due(log.student, card, log.w)
    changed = [card for pk, card in cards.items() if _state(card) != before[pk]]
    for card in changed:
        change_logs.stamp(logs[card.student_id], [card])
    update_rows(changed, [*memory_states.CARD_STATE, "sequence"])
    return changed


def _load_practice(cards: Iterable[Card]) -> list[LogLine]:
    of_items: dict[tuple[int, int], list[uuid.UUID]] = defaultdict(list)
    for card in cards:
        of_items[card.student_id, card.item_id].append(card.pk)
    practising = ReviewEvent.objects.counting().filter(
        student__in={student for student, _ in of_items}, practice__items__item__in={item for _, item in of_items}
    )
    rows = practising.values_list(
        *("student", "practice__items__item", "occurred_at", "event_id", "study_date", "practice__items__weight")
    )
    return [
        LogLine(card, occurred_at, event, study_date, Rating.GOOD.value, weight)
        for student, item, occurred_at, event, study_date, weight in rows
        for card in of_items.get((student, item), ())
    ]


def _by_card(lines: Iterable[LogLine]) -> dict[uuid.UUID, list[LogLine]]:
    of_card: dict[uuid.UUID, list[LogLine]] = defaultdict(list)
    for line in lines:
        of_card[line.card].append(line)
    return of_card


def _state(card: Card) -> list[object]:
    return [getattr(card, name) for name in memory_states.CARD_STATE]
