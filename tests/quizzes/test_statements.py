"""Queries put together once give what Django's give, and rows written in one go are those that `bulk_update` writes."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from examprep.models import User
from quizzes import schedule
from quizzes.models import Card, insert_rows, update_rows
from quizzes.reviews.memory_states import CARD_STATE
from quizzes.statements import Prepared, identifier, number

FIELDS = [*CARD_STATE, "sequence"]


@pytest.fixture
def cards(student: User) -> list[Card]:
    schedule.ensure_cards(student)
    return list(Card.objects.filter(student=student).order_by("pk"))


def change(card: Card, chance: random.Random) -> None:
    """Give the card any state: numbers that need all their digits, instants to the microsecond, and nothing at all."""

    def sometimes(value: Any) -> Any:
        return value if chance.random() < 0.7 else None

    instant = datetime(2026, 3, 4, tzinfo=UTC) + timedelta(microseconds=chance.randrange(10**12))
    card.stability, card.difficulty = sometimes(chance.uniform(1e-3, 1e4)), sometimes(chance.uniform(1, 10))
    card.reviews, card.lapses, card.last_rating = chance.randrange(99), chance.randrange(9), sometimes(3)
    card.last_review_at, card.last_review_on = sometimes(instant), sometimes(date(2026, 3, chance.randint(1, 31)))
    card.practised_on, card.last_event_at = sometimes(date(2026, 2, 3)), sometimes(instant)
    card.last_event = sometimes(uuid.UUID(int=chance.getrandbits(128)))
    card.due_at, card.buried_until = sometimes(instant), sometimes(instant)
    card.suspended, card.sequence = chance.random() < 0.5, chance.randrange(2**40)


def stored() -> list[tuple[Any, ...]]:
    return list(Card.objects.order_by("pk").values_list("pk", *FIELDS))


@pytest.mark.parametrize("seed", range(3))
def test_rows_are_those_that_bulk_update_writes(cards: list[Card], seed: int) -> None:
    chance = random.Random(seed)
    changed = chance.sample(cards, len(cards) // 2)
    for card in changed:
        change(card, chance)
    with CaptureQueriesContext(connection) as captured:
        update_rows(changed, FIELDS)
    assert len(captured) == 1
    ours = stored()
    assert {row[0] for row in ours if row[3]} <= {card.pk for card in changed}  # nothing else was written
    Card.objects.bulk_update(changed, FIELDS)
    assert stored() == ours


def test_new_rows_are_those_that_bulk_create_writes(cards: list[Card]) -> None:
    every = [field.attname for field in Card._meta.concrete_fields]
    told = [(card.pk, card.student_id, card.item_id, card.facet, 7) for card in cards]
    Card.objects.all().delete()
    Card.objects.bulk_create(
        Card(pk=pk, student_id=student, item_id=item, facet=facet, sequence=number)
        for pk, student, item, facet, number in told
    )
    theirs = list(Card.objects.order_by("pk").values_list(*every))
    Card.objects.all().delete()
    with CaptureQueriesContext(connection) as captured:
        insert_rows(Card, ("id", "student", "item", "facet", "sequence"), told)
    assert len(captured) == 1
    assert list(Card.objects.order_by("pk").values_list(*every)) == theirs


def test_nothing_to_write_is_no_query(student: User) -> None:
    with CaptureQueriesContext(connection) as captured:
        update_rows([], ["stability"])
        insert_rows(Card, ("id",), [])
    assert not captured.captured_queries


def test_a_prepared_query_gives_what_django_gives_for_any_values(student: User, cards: list[Card]) -> None:
    def build(student: Any, items: Any, pks: Any) -> Any:
        wanted = Q(item__in=items) | Q(pk__in=pks)
        return Card.objects.filter(wanted, student=student).select_related("item", "student").order_by("pk")

    query: Prepared[Card] = Prepared(
        lambda: build(number("student"), number("items", many=True), identifier("pks", many=True))
    )
    chance = random.Random(1)
    for items, pks in ((0, 0), (1, 0), (0, 3), (2, 2), (4, 4)):
        change(cards[0], chance)
        cards[0].save()
        these = [card.item_id for card in chance.sample(cards, items)], [card.pk for card in chance.sample(cards, pks)]
        with CaptureQueriesContext(connection) as captured:
            rows = query.run(student=student.pk, items=these[0], pks=these[1])
            assert all(row.item.slug for row in rows)
        assert len(captured) == 1
        expected = list(build(student, *these))
        assert [fields(row) for row in rows] == [fields(row) for row in expected]
        assert [fields(row.item) for row in rows] == [fields(row.item) for row in expected]


def fields(row: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name != "_state"}


def test_identifiers_may_be_told_as_text(student: User, cards: list[Card]) -> None:
    query: Prepared[Card] = Prepared(lambda: Card.objects.filter(pk__in=identifier("pks", many=True)).order_by("pk"))
    assert query.run(pks=[str(card.pk) for card in cards[:3]]) == cards[:3]
    assert query.run(pks=[card.pk for card in cards[:3]]) == cards[:3]
