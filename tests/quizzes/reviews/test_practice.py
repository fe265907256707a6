"""A right answer practises the concepts that its own encompass: logged, at most once a day, and undone with it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from examprep.models import User
from questions.models import ConceptEdge
from quizzes import memory_upkeep, presentations, reviews, schedule
from quizzes.memory import fsrs
from quizzes.models import Card, Presentation, Review
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
    line = Review.objects.get(card=after, practice__gt=0)
    assert (line.practice, line.predicted) == (WEIGHT, None)
    assert memory_upkeep.rebuild(student, repair=False).different == 0


def test_a_wrong_answer_practises_nothing(student: User, answer: Any) -> None:
    answer(PRACTISED, 20)
    before = state(student)
    answer(PRACTISING, 10, right=False)
    assert state(student) == before
    assert not Review.objects.filter(practice__gt=0).exists()


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
    assert Review.objects.filter(card=card(student), practice__gt=0).count() == 3
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


def test_an_undone_answer_takes_its_practice_back(student: User, answer: Any) -> None:
    answer(PRACTISED, 20)
    before = state(student)
    given = answer(PRACTISING, 10)
    now: datetime = timezone.now()
    send(student, {"id": str(uuid.uuid4()), "type": "undo", "target": given["id"], "occurred_at": now.isoformat()})
    assert state(student) == before


def test_the_log_keeps_the_weight_that_the_edge_had(student: User, answer: Any) -> None:
    answer(PRACTISED, 20)
    answer(PRACTISING, 10)
    before = state(student)
    ConceptEdge.objects.filter(kind="encompasses").update(weight=0.1)
    assert memory_upkeep.rebuild(student).different == 0
    assert state(student) == before


def test_the_answer_speaks_of_its_own_cards_alone(student: User, answer: Any) -> None:
    answer(PRACTISED, 20)
    grade = answer(PRACTISING, 10)["grade"]
    assert [one["card"] for one in grade["cards"]] == [str(card(student, PRACTISING).pk)]
