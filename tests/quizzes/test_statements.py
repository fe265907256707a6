"""Queries put together once give what Django's give, and rows written in one go are those that `bulk_update` writes."""

from __future__ import annotations

import pkgutil
import random
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, models
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

import quizzes
from examprep.models import User
from quizzes import schedule
from quizzes.models import (
    Card,
    DailyPlan,
    Review,
    ReviewEvent,
    Sitting,
    SittingOutcome,
    insert_objects,
    insert_rows,
    make_row,
    rows,
    update_rows,
)
from quizzes.models.statements import FEW, Parameter, Prepared, identifier, number
from quizzes.reviews import facts
from quizzes.reviews.memory_states import CARD_STATE

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


@pytest.mark.parametrize("count", [1, 3])
def test_new_lines_of_the_log_are_those_that_bulk_create_writes(cards: list[Card], student: User, count: int) -> None:
    fields = ("card", "event", "rating", "practice", "score", "predicted")
    now = datetime(2026, 3, 4, tzinfo=UTC)
    event = ReviewEvent.objects.create(
        student=student,
        event_id=uuid.uuid4(),
        sequence=10**6,
        device=uuid.uuid4(),
        device_occurred_at=now,
        occurred_at=now,
        received_at=now,
        study_date=now.date(),
    )

    def written(write: Callable[[list[Review]], object]) -> list[tuple[Any, ...]]:
        Review.objects.all().delete()
        predictions = (0.1 + 0.2, None, 1e-300)
        write(
            [
                Review(card=card, event=event, rating=3, score=1.0, predicted=each)
                for card, each in zip(cards, predictions, strict=False)
            ][:count]
        )
        return list(Review.objects.order_by("pk").values_list(*fields))

    assert written(lambda rows: insert_objects(rows, fields)) == written(Review.objects.bulk_create)


def test_a_row_that_is_made_is_the_constructors(cards: list[Card], student: User) -> None:
    told = {"student": student, "card": cards[0], "event_id": uuid.uuid4(), "type": "bury", "duration_ms": 7}
    made, usual = make_row(ReviewEvent, **told), ReviewEvent(**told)
    same = ({name: value for name, value in vars(row).items() if name != "_state"} for row in (made, usual))
    assert next(same) == next(same)
    assert (made._state.adding, made.card, made.student) == (True, cards[0], student)
    one, other = make_row(Card, student=student), make_row(Card, student=student)
    assert len({one.pk, other.pk, None}) == 3  # what makes a default makes another for each


def test_nothing_to_write_is_no_query(student: User) -> None:
    with CaptureQueriesContext(connection) as captured:
        update_rows([], ["stability"])
        insert_rows(Card, ("id",), [])
        insert_objects([], ("id",))
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


def test_texts_are_told_as_they_are(student: User, cards: list[Card]) -> None:
    query: Prepared[Card] = Prepared(
        lambda: Card.objects.filter(facet__in=Parameter("of", models.CharField(), many=True))
    )
    for card, facet in zip(
        cards, ("with, comma", 'with "quotes" and {braces}', "back\\slash", "naïve ∑"), strict=False
    ):
        Card.objects.filter(pk=card.pk).update(facet=facet)
        assert query.run(of=[facet, "no such"]) == [card]


def test_a_statement_is_the_same_however_many_values_are_told(cards: list[Card]) -> None:
    query: Prepared[Card] = Prepared(lambda: Card.objects.filter(pk__in=identifier("pks", many=True)))
    many = [card.pk for card in cards] * FEW
    told = [query._fill({"pks": many[:count]}) for count in (0, FEW + 1, len(many))]
    assert len({sql for sql, _ in told}) == 1
    assert {len(values) for _, values in told} == {1}
    assert [len(query.run(pks=pks)) for pks in ([], many[:2], many)] == [0, 2, len(cards)]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's query plans")
@pytest.mark.parametrize("answers", [1, 3, 50])
def test_an_answer_looks_through_no_history(student: User, answers: int) -> None:
    ids = [uuid.uuid4()] * answers
    sql, values = facts._PRESENTATIONS._fill({"answered": ids, "ids": ids, "student": student.pk})
    with connection.cursor() as cursor:
        plan = [row[-1] for row in cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()]
    assert plan[0].startswith("SEARCH quizzes_presentation USING INDEX sqlite_autoindex")
    assert [step for step in plan if "presentation_student" in step or "SCAN quizzes" in step] == []


PLANS: list[list[Any]] = [
    [],
    [{"card": "x", "facets": ['"quoted" \\ {naïve} ∑', ""], "seconds": 0.1 + 0.2, "new": True}],
    [{"seconds": 1e-300, "none": None, "large": 2**60}] * 3,
]


@pytest.mark.parametrize("most", [999, 30])
@pytest.mark.parametrize("count", [1, 3])
def test_new_objects_are_those_that_bulk_create_writes_and_know_their_keys(
    student: User, monkeypatch: pytest.MonkeyPatch, count: int, most: int
) -> None:
    monkeypatch.setattr(rows, "MOST", most)

    def write(store: Callable[[list[DailyPlan]], object]) -> list[dict[str, Any]]:
        DailyPlan.objects.all().delete()
        made_at = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)
        scores = (0.1 + 0.2, None, 1e-300)
        plans = [
            DailyPlan(
                student=student,
                date=date(2026, 3, day + 1),
                tasks=PLANS[day],
                planned_seconds=day,
                score_after=scores[day],
                day_off=bool(day),
                made_at=made_at,
                sequence=2**40,
            )
            for day in range(count)
        ]
        store(plans)
        for plan in plans:
            assert not plan._state.adding
            assert DailyPlan.objects.get(pk=plan.pk).date == plan.date
        return [fields(plan) | {"id": None} for plan in DailyPlan.objects.order_by("date")]

    assert write(insert_objects) == write(DailyPlan.objects.bulk_create)


def test_documents_and_bytes_are_those_that_bulk_update_writes(student: User) -> None:
    course = student.enrolments.get().course
    exam = course.exams.all()[0]
    now = datetime(2026, 3, 4, tzinfo=UTC)
    sittings = Sitting.objects.bulk_create(
        Sitting(
            exam=exam,
            student=student,
            number=number,
            seed=number,
            state="submitted",
            opened_at=now,
            closed_at=now,
            deadline_at=now + timedelta(1),
        )
        for number in range(1, 4)
    )
    rows = SittingOutcome.objects.bulk_create(SittingOutcome(sitting=each, slots=b"", picked="[]") for each in sittings)
    for row, slots in zip(rows, (bytes(range(256)), b"", b"\\x00"), strict=True):
        row.slots = slots
    for sitting, tasks in zip(sittings, PLANS, strict=True):
        sitting.sections, sitting.forecast = tasks, None if not tasks else {"before": 0.1 + 0.2}

    def now_stored() -> list[Any]:
        outcomes = [bytes(slots) for slots in SittingOutcome.objects.order_by("pk").values_list("slots", flat=True)]
        return [outcomes, list(Sitting.objects.order_by("number").values_list("sections", "forecast"))]

    update_rows(rows, ["slots"])
    update_rows(sittings, ["sections", "forecast"])
    ours = now_stored()
    SittingOutcome.objects.bulk_update(rows, ["slots"])
    Sitting.objects.bulk_update(sittings, ["sections", "forecast"])
    assert now_stored() == ours
    assert not Sitting.objects.filter(forecast__isnull=False, number=1).exists()


def prepared_queries() -> dict[str, Prepared[Any]]:
    """All that are put together once a process, by their modules and names."""
    names = [
        each.name for each in pkgutil.walk_packages(quizzes.__path__, "quizzes.") if ".migrations" not in each.name
    ]
    modules = [import_module(name) for name in names]
    return {
        f"{module.__name__}.{name}": query
        for module in modules
        for name, query in vars(module).items()
        if isinstance(query, Prepared)
    }


def made_up(parameter: Parameter, count: int) -> Any:
    """A value for a parameter, or so many."""
    field, now = parameter.output_field, datetime(2026, 3, 4, tzinfo=UTC)
    values: list[tuple[type[models.Field[Any, Any]], Any]] = [
        (models.UUIDField, uuid.UUID(int=1)),
        (models.DateTimeField, now),
        (models.DateField, now.date()),
        (models.IntegerField, 1),
        (models.FloatField, 0.5),
        (models.CharField, "text"),
    ]
    value = next(value for kind, value in values if isinstance(field, kind))
    return [value] * count if parameter.many else value


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's query plans")
def test_no_query_that_is_asked_often_walks_through_a_table(db: None) -> None:
    queries = prepared_queries()
    assert len(queries) > 20
    walks = []
    for name, query in queries.items():
        parameters = [each for each in query._statement[1] if isinstance(each, Parameter)]
        for count in (3, 50):
            sql, values = query._fill({each.name: made_up(each, count) for each in parameters})
            with connection.cursor() as cursor:
                steps = [row[-1] for row in cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()]
            walks += [f"{name}: {step}" for step in steps if step.startswith("SCAN") and "json_each" not in step]
    assert walks == []
