"""A right answer practises the concepts that its own encompass: logged, at most once a day, and undone with it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from time_machine import TimeMachineFixture

from examprep.models import User
from questions import bank
from questions.models import Concept, ConceptEdge, Course
from quizzes import memory_upkeep, presentations, reviews, schedule
from quizzes.memory import fsrs
from quizzes.models import Card, Practice, PractisedItem, Presentation, Review
from quizzes.reviews import facts, practice
from quizzes.reviews.memory_states import CARD_STATE
from tests.conftest import WRONG

Key = Callable[[str], Any]
WEIGHT = 0.5  # of the edge factor ⊃ l2 in the tiny course
PRACTISED = "penalty-target"  # about l2
PRACTISING = "decay-factor"  # about factor


@pytest.fixture
def answer(student: User, key: Key) -> Callable[..., reviews.EventResultPayload]:
    """Answer an item some days ago, right unless told otherwise; the event's result."""
    begin = timezone.now() - timedelta(days=60)

    def reply(slug: str, days_ago: float, *, right: bool = True, **more: Any) -> reviews.EventResultPayload:
        schedule.ensure_cards(student)
        card = Card.objects.filter(student=student, item__slug=slug).order_by("facet")[0]
        (one,) = presentations.present(student, [presentations.Ask(card.pk, (card.facet,))], begin)
        response = key(str(one.pk)) if right else WRONG[one.version.kind](one.prompt, key(str(one.pk)))
        event = {"id": str(uuid.uuid4()), "type": "review", "presentation": str(one.pk), "response": response, **more}
        sent = send(student, {**event, "occurred_at": (timezone.now() - timedelta(days=days_ago)).isoformat()})
        Presentation.objects.filter(student=student).update(closed_at=begin)
        return sent

    return reply


def send(student: User, event: dict[str, Any]) -> reviews.EventResultPayload:
    batch = {"device": str(uuid.UUID(int=1)), "device_now": timezone.now().isoformat(), "events": [event]}
    result = schedule.answer(student, batch)["results"][0]
    assert result["status"] == "accepted", result
    return result


def card(student: User, slug: str = PRACTISED) -> Any:
    return Card.objects.get(student=student, item__slug=slug)


def state(student: User) -> tuple[Any, ...]:
    found: tuple[Any, ...] = Card.objects.values_list(*CARD_STATE).get(pk=card(student).pk)
    return found


def practised(student: User) -> list[float]:
    """By how much the student's answers practise the item along."""
    items = PractisedItem.objects.filter(practice__events__student=student, item__slug=PRACTISED)
    return list(items.values_list("weight", flat=True))


def store_as_before(student: User) -> None:
    """Keep what the answers practise along as it was kept once: a line for each card."""
    lines = practice.load_lines(student.review_events.all(), student.cards.all())
    assert lines
    events = {event.event_id: event for event in student.review_events.all()}
    Review.objects.bulk_create(
        Review(card_id=line.card, event=events[line.event], rating=line.rating, practice=line.practice, score=1.0)
        for line in lines
    )
    student.review_events.update(practice=None)


def test_a_right_answer_practises_what_its_concept_encompasses(student: User, answer: Any) -> None:
    answer(PRACTISED, 20)
    before = card(student)
    answer(PRACTISING, 10)

    after = card(student)
    good, _ = fsrs.step(before.stability, before.difficulty, 10.0, fsrs.GOOD)
    assert after.stability == before.stability + WEIGHT * (float(good) - before.stability)
    assert after.difficulty == before.difficulty
    assert (after.reviews, after.last_rating, after.last_review_at) == (1, before.last_rating, before.last_review_at)
    assert after.last_review_on == before.last_review_on + timedelta(days=5)
    assert after.due_at > before.due_at
    assert practised(student) == [WEIGHT]
    assert not Review.objects.filter(card=after, practice__gt=0).exists()
    assert memory_upkeep.rebuild(student, repair=False).different == 0


@pytest.mark.any_database
def test_a_wrong_answer_practises_nothing(student: User, answer: Any) -> None:
    answer(PRACTISED, 20)
    before = state(student)
    answer(PRACTISING, 10, right=False)
    assert state(student) == before
    assert practised(student) == []


@pytest.mark.any_database
def test_practice_counts_once_a_study_day(student: User, answer: Any) -> None:
    student.time_zone, student.day_rollover_hour = "UTC", timezone.now().hour
    student.save()
    answer(PRACTISED, 20)
    answer(PRACTISING, 10)
    before = state(student)
    answer(PRACTISING, 9.9)
    assert state(student) == before
    answer(PRACTISING, 8.5)
    assert state(student) != before
    assert practised(student) == 3 * [WEIGHT]
    assert Practice.objects.count() == 1  # kept once for all of them
    assert memory_upkeep.rebuild(student, repair=False).different == 0


@pytest.mark.any_database
def test_cards_that_an_answer_cannot_move_are_not_loaded(
    student: User, answer: Any, monkeypatch: pytest.MonkeyPatch, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(timezone.now().replace(hour=12) + timedelta(days=1))
    answer(PRACTISED, 20)
    loaded: list[set[str]] = []
    run = facts._CARDS.run

    def note(**values: object) -> list[Card]:
        rows = run(**values)
        loaded.append({row.item.slug for row in rows})
        return rows

    monkeypatch.setattr(facts._CARDS, "run", note)
    for days_ago in (0.02, 0.01, 0.015, 0.03):  # the third comes late, the last before all that was practised today
        answer(PRACTISING, days_ago)
    assert [PRACTISED in slugs for slugs in loaded] == [True, False, False, True]
    assert all(PRACTISING in slugs for slugs in loaded)
    assert memory_upkeep.rebuild(student, repair=False).different == 0


def test_practice_before_a_first_review_counts_for_nothing_and_later_for_something(student: User, answer: Any) -> None:
    answer(PRACTISING, 5)
    assert card(student).stability is None
    answer(PRACTISED, 20)  # was on its way for two weeks
    late = state(student)
    assert card(student).practised_on is not None

    Card.objects.filter(student=student).update(stability=1.0)
    memory_upkeep.rebuild(student)
    assert state(student) == late


@pytest.mark.any_database
def test_an_undone_answer_takes_its_practice_back(student: User, answer: Any) -> None:
    answer(PRACTISED, 20)
    before = state(student)
    given = answer(PRACTISING, 10)
    now: datetime = timezone.now()
    send(student, {"id": str(uuid.uuid4()), "type": "undo", "target": given["id"], "occurred_at": now.isoformat()})
    assert state(student) == before


def test_answers_of_before_are_folded_and_undone_as_those_of_now(student: User, answer: Any) -> None:
    answer(PRACTISED, 20)
    before = state(student)
    given = answer(PRACTISING, 10)
    practised_along = state(student)
    store_as_before(student)
    assert memory_upkeep.rebuild(student).different == 0
    assert state(student) == practised_along
    now: datetime = timezone.now()
    send(student, {"id": str(uuid.uuid4()), "type": "undo", "target": given["id"], "occurred_at": now.isoformat()})
    assert state(student) == before


@pytest.mark.any_database
def test_a_late_answer_is_folded_between_practice_of_before_and_of_now(student: User, answer: Any) -> None:
    for days_ago in (9, 7):
        answer(PRACTISING, days_ago)
    store_as_before(student)
    for days_ago in (5, 3):
        answer(PRACTISING, days_ago)
    answer(PRACTISED, 20)  # was on its way
    late = state(student)
    assert card(student).practised_on is not None
    assert memory_upkeep.rebuild(student, repair=False).different == 0
    Card.objects.filter(student=student).update(stability=1.0)
    memory_upkeep.rebuild(student)
    assert state(student) == late


def test_other_items_or_weights_are_another_practice() -> None:
    keys = [practice.key_of(weights) for weights in ({1: 0.5}, {1: 0.25}, {2: 0.5}, {1: 0.5, 2: 0.5})]
    assert len(set(keys)) == 4
    assert practice.key_of({2: 0.5, 1: 0.5}) == keys[-1]
    assert all(0 <= key < 2**63 for key in keys)


@pytest.mark.django_db(transaction=True)
def test_a_practice_is_stored_once_and_then_known(course: Course) -> None:
    item = course.items.get(slug=PRACTISED).pk
    with transaction.atomic():
        practice.store({7: {item: 0.5}})
        transaction.set_rollback(True)
    for queries in (True, False):  # what was taken back is stored once more
        with CaptureQueriesContext(connection) as captured:
            practice.store({7: {item: 0.5}})
        assert bool(len(captured)) == queries
    assert list(PractisedItem.objects.values_list("practice", "item", "weight")) == [(7, item, 0.5)]


def test_the_log_keeps_the_weight_that_the_edge_had(student: User, answer: Any) -> None:
    answer(PRACTISED, 20)
    answer(PRACTISING, 10)
    before = state(student)
    ConceptEdge.objects.filter(kind="encompasses").update(weight=0.1)
    assert memory_upkeep.rebuild(student).different == 0
    assert state(student) == before


@pytest.mark.any_database
def test_what_is_practised_is_read_once_and_anew_when_the_graph_changes(student: User, answer: Any) -> None:
    answer(PRACTISED, 20)
    factor = Concept.objects.get(slug="factor")
    (edge,) = factor.edges.filter(kind="encompasses")
    loads = []
    for days_ago, weight in ((10, WEIGHT), (9, WEIGHT), (8, 0.25)):
        if weight != edge.weight:
            needs = [each.target for each in factor.edges.filter(kind="prerequisite")]
            bank.connect(factor, needs, [(edge.target, weight)])
        with CaptureQueriesContext(connection) as captured:
            answer(PRACTISING, days_ago)
        loads.append(sum('FROM "questions_itemconcept"' in query["sql"] for query in captured))
    assert loads == [1, 0, 1]
    assert sorted(practised(student)) == [0.25, WEIGHT, WEIGHT]


def test_the_graph_counts_its_changes_alone(course: Course) -> None:
    factor = Concept.objects.get(slug="factor")
    (edge,) = factor.edges.filter(kind="encompasses")
    needs = [each.target for each in factor.edges.filter(kind="prerequisite")]
    item = course.items.get(slug=PRACTISING)
    tags = [tag.concept for tag in item.tags.select_related("concept")]

    def draft(concepts: list[Concept]) -> None:
        bank.save_draft(course, item.slug, item.kind, item.draft, concepts)

    def revision() -> int:
        course.refresh_from_db()
        return course.graph_revision

    changes: list[tuple[Callable[[], None], int]] = [
        (lambda: bank.connect(factor, needs, [(edge.target, edge.weight)]), 0),
        (lambda: bank.connect(factor, [], [(edge.target, edge.weight)]), 1),
        (lambda: bank.connect(factor, [], [(edge.target, 0.125)]), 1),
        (lambda: bank.connect(factor, [], []), 1),
        (lambda: draft(tags), 0),
        (lambda: draft([edge.target]), 1),
    ]
    for change, raised in changes:
        before = revision()
        change()
        assert revision() - before == raised


@pytest.mark.any_database
def test_the_answer_speaks_of_its_own_cards_alone(student: User, answer: Any) -> None:
    answer(PRACTISED, 20)
    grade = answer(PRACTISING, 10)["grade"]
    assert [one["card"] for one in grade["cards"]] == [str(card(student, PRACTISING).pk)]
