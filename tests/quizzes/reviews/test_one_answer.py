"""One answer a presentation: of several the earliest counts, in whatever order they arrive and are undone."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examprep.models import User
from quizzes import presentations, progress, reviews, schedule
from quizzes.calendar import study_day
from quizzes.models import Card, Presentation, Review, ReviewEvent
from quizzes.reviews.elections import Elections
from quizzes.reviews.memory_states import CARD_STATE
from tests.conftest import WRONG, examples
from tests.logs import statements

Key = Callable[[str], Any]
Event = dict[str, Any]
ANSWERS = 4


@pytest.fixture
def asked(student: User) -> list[Presentation]:
    """Three questions that were put a day ago."""
    schedule.ensure_cards(student)
    cards = Card.objects.filter(student=student).order_by("item__position", "facet")
    whole = [card for card in cards if not card.facet][:3]
    asks = [presentations.Ask(card.pk, (card.facet,)) for card in whole]
    return presentations.present(student, asks, timezone.now() - timedelta(days=1))


def answer(one: Presentation, key: Key, ago: timedelta, *, right: bool = True, number: int | None = None) -> Event:
    response = key(str(one.pk))
    return {
        "id": str(uuid.UUID(int=number) if number else uuid.uuid4()),
        "type": "review",
        "presentation": str(one.pk),
        "response": response if right else WRONG[one.version.kind](one.prompt, response),
        "occurred_at": (timezone.now() - ago).isoformat(),
        "duration_ms": 60_000,
    }


def undo(event: Event) -> Event:
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, event["id"])),
        "type": "undo",
        "target": event["id"],
        "occurred_at": timezone.now().isoformat(),
    }


def send(student: User, *events: Event) -> list[reviews.EventResultPayload]:
    batch = {
        "device": str(uuid.UUID(int=1)),
        "device_now": timezone.now().isoformat(),
        "events": list(events),
    }
    return schedule.answer(student, batch)["results"]


def states(student: User) -> list[tuple[Any, ...]]:
    return list(Card.objects.filter(student=student).order_by("pk").values_list("pk", *CARD_STATE))


def log(student: User) -> list[tuple[Any, ...]]:
    """Of all events whether they count, and which presentations are open."""
    events = ReviewEvent.objects.filter(student=student).order_by("event_id")
    open_now = Presentation.objects.filter(student=student, closed_at=None).order_by("pk")
    return [*events.values_list("event_id", "undone", "superseded"), *open_now.values_list("pk")]


def counting(student: User) -> set[str]:
    events = ReviewEvent.objects.counting().filter(student=student, type="review")
    return {str(event) for event in events.values_list("event_id", flat=True)}


@pytest.mark.any_database
def test_a_later_answer_is_graded_and_does_not_count(student: User, asked: list[Presentation], key: Key) -> None:
    first, second = (
        answer(asked[0], key, timedelta(hours=2), right=False),
        answer(asked[0], key, timedelta(hours=1)),
    )
    (one,) = send(student, first)
    after_one = states(student)
    (two,) = send(student, second)
    assert (one["status"], one["code"]) == ("accepted", None)
    assert (two["status"], two["code"]) == ("accepted", "already_answered")
    assert two["grade"]
    assert two["grade"]["correct"] is True
    assert two["grade"]["cards"]
    assert states(student) == after_one
    assert counting(student) == {first["id"]}
    (again,) = send(student, second)
    assert (again["status"], again["code"]) == ("duplicate", "already_answered")
    assert again["grade"] == two["grade"]


@pytest.mark.any_database
def test_an_earlier_answer_that_arrives_later_counts_instead(
    student: User, asked: list[Presentation], key: Key
) -> None:
    early, late = answer(asked[0], key, timedelta(hours=2), right=False), answer(asked[0], key, timedelta(hours=1))
    with transaction.atomic():
        send(student, early)
        expected = states(student)
        transaction.set_rollback(True)
    send(student, late)
    (result,) = send(student, early)
    assert result["code"] is None
    assert counting(student) == {early["id"]}
    assert states(student) == expected
    call_command("rebuild_memory", check=True)


@pytest.mark.any_database
def test_the_replies_to_a_batch_say_what_it_came_to(student: User, asked: list[Presentation], key: Key) -> None:
    late, early = answer(asked[0], key, timedelta(hours=1)), answer(asked[0], key, timedelta(hours=2))
    results = send(student, late, early)
    assert [result["code"] for result in results] == ["already_answered", None]


@pytest.mark.any_database
def test_when_the_first_is_undone_the_next_counts_and_the_question_stays_answered(
    student: User, asked: list[Presentation], key: Key
) -> None:
    events = [answer(asked[0], key, timedelta(hours=hours)) for hours in (3, 2, 1)]
    send(student, *events)
    send(student, undo(events[0]))
    assert counting(student) == {events[1]["id"]}
    assert Presentation.objects.get(pk=asked[0].pk).closed_at
    send(student, undo(events[2]))
    assert counting(student) == {events[1]["id"]}
    send(student, undo(events[1]))
    assert counting(student) == set()
    assert Presentation.objects.get(pk=asked[0].pk).closed_at is None
    assert all(state[1] is None for state in states(student))


@pytest.mark.any_database
def test_an_answer_in_the_batch_that_undid_the_last_one_closes_its_question(
    student: User, asked: list[Presentation], key: Key
) -> None:
    first, second = answer(asked[0], key, timedelta(hours=2)), answer(asked[0], key, timedelta(hours=1))
    send(student, first)
    send(student, undo(first), second)
    assert counting(student) == {second["id"]}
    assert Presentation.objects.get(pk=asked[0].pk).closed_at


@pytest.mark.parametrize("worked_on", [False, True])
def test_a_question_that_was_put_again_makes_way_for_the_undone_one_unless_it_was_worked_on(
    student: User, asked: list[Presentation], key: Key, worked_on: bool
) -> None:
    first = answer(asked[0], key, timedelta(hours=1))
    send(student, first)
    (again,) = presentations.present(student, [presentations.Ask(asked[0].card_id, asked[0].facets)], timezone.now())
    Presentation.objects.filter(pk=again.pk).update(hints_taken=int(worked_on))
    send(student, undo(first))
    still_open = Presentation.objects.get(card=asked[0].card_id, closed_at=None)
    assert still_open == (again if worked_on else asked[0])

    late = answer(again, key, timedelta(0))
    assert send(student, late)[0]["code"] is None
    assert counting(student) == {late["id"]}
    call_command("rebuild_memory", check=True)


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_order_of_arrival_changes_nothing(
    student: User, asked: list[Presentation], key: Key, data: st.DataObject
) -> None:
    answers = [
        answer(
            one, key, timedelta(hours=data.draw(st.integers(1, 5))), right=data.draw(st.booleans()), number=10 * at + n
        )
        for at, one in enumerate(asked, 1)
        for n in range(ANSWERS)
    ]
    taken_back = data.draw(st.lists(st.sampled_from(answers), unique_by=lambda event: str(event["id"])))
    events = answers + [undo(event) for event in taken_back]
    with transaction.atomic():
        with transaction.atomic():
            send(student, *sorted(events, key=lambda event: (str(event["occurred_at"]), str(event["id"]))))
            expected, expected_log = states(student), log(student)
            transaction.set_rollback(True)
        shuffled = data.draw(st.permutations(events))
        cuts = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=6)))
        for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True):
            send(student, *shuffled[start:end])
        assert log(student) == expected_log
        assert states(student) == expected
        undone = {event["id"] for event in taken_back}
        for one in asked:
            left = [event for event in answers if event["presentation"] == str(one.pk) and event["id"] not in undone]
            first = min(left, key=lambda event: (str(event["occurred_at"]), str(event["id"])), default=None)
            found = ReviewEvent.objects.counting().filter(presentation=one, type="review")
            assert [str(event.event_id) for event in found] == ([first["id"]] if first else [])
        call_command("rebuild_memory", check=True)
        transaction.set_rollback(True)


@pytest.mark.any_database
@pytest.mark.parametrize("newest_first", [False, True])
def test_five_hundred_answers_to_one_question_count_once(
    student: User, asked: list[Presentation], key: Key, newest_first: bool
) -> None:
    events = [answer(asked[0], key, timedelta(seconds=seconds)) for seconds in range(500)]
    send(student, *(events if newest_first else events[::-1]))
    assert ReviewEvent.objects.filter(student=student).count() == 500
    assert counting(student) == {events[-1]["id"]}
    card = Card.objects.get(pk=asked[0].card_id)
    assert card.reviews == 1
    assert Review.objects.counting().filter(card=card, practice=0).count() == 1
    found = progress.load_progress(student)
    assert sum(found.reviews_by_day.values()) == 1
    assert found.streak == 1
    (counted,) = ReviewEvent.objects.counting().filter(student=student)
    assert progress.summarize_day(student, study_day(student, counted.occurred_at)).answered == 1
    call_command("rebuild_memory", check=True)


@pytest.mark.any_database
def test_queries_do_not_grow_with_the_answers_to_a_question(student: User, asked: list[Presentation], key: Key) -> None:
    def queries(*events: Event) -> int:
        with CaptureQueriesContext(connection) as captured:
            send(student, *events)
        # SQLite takes rows to insert a few dozen at a time.
        return sum(not query["sql"].startswith("INSERT") for query in captured)

    events = [answer(asked[0], key, timedelta(minutes=minutes)) for minutes in range(1, 200)]
    send(student, *events[9:11])
    few = queries(undo(events[10]), *events[11:13])
    send(student, *events[:9], *events[13:100])
    assert queries(undo(events[99]), *events[100:149]) <= few


def test_a_grade_is_stored_without_what_its_presentation_gives_again(
    student: User, asked: list[Presentation], key: Key
) -> None:
    event = answer(asked[0], key, timedelta(minutes=1), right=False)
    (first,) = send(student, event)
    stored = ReviewEvent.objects.get(student=student)
    assert first["grade"]
    assert stored.grade
    assert first["grade"]["explanation_html"]
    assert set(stored.grade) == {"rating", "score", "correct", "feedback", "cards"}
    (again,) = send(student, event)
    assert (again["status"], again["grade"]) == ("duplicate", first["grade"])

    # One that an earlier version stored has its texts, and keeps them; it names what it says of cards.
    stored.grade |= {"explanation": "As it was.", "solution": None, "key": first["grade"]["key"]}
    stored.grade["cards"] = first["grade"]["cards"]
    stored.body_hash = hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()
    stored.save(update_fields=["grade", "body_hash"])
    (again,) = send(student, event)
    assert (again["status"], again["grade"] and again["grade"]["cards"]) == ("duplicate", first["grade"]["cards"])
    assert again["grade"]
    assert "As it was." in again["grade"]["explanation_html"]


@pytest.mark.any_database
def test_an_answer_takes_few_queries(student: User, asked: list[Presentation], key: Key) -> None:
    schedule.plan_day(student)
    first, second = answer(asked[0], key, timedelta(minutes=2)), answer(asked[1], key, timedelta(minutes=1))
    send(student, first)
    with CaptureQueriesContext(connection) as captured:
        send(student, second)
    # Four read what there is, five write, two see to the plan.
    assert len(statements(captured)) <= 11, statements(captured)


def test_what_was_counted_before_stays_until_its_question_is_answered_again(
    student: User, asked: list[Presentation], key: Key
) -> None:
    events = [answer(asked[0], key, timedelta(hours=hours)) for hours in (4, 3, 2)]
    send(student, *events)
    ReviewEvent.objects.update(superseded=False)  # as an earlier version stored them
    call_command("rebuild_memory")
    send(student, undo(events[0]))
    assert counting(student) == {events[1]["id"]}
    call_command("rebuild_memory", check=True)


def _stored(number: int, *, minute: int, superseded: bool = False) -> ReviewEvent:
    at = datetime(2026, 3, 1, 12, minute, tzinfo=UTC)
    return ReviewEvent(
        event_id=uuid.UUID(int=number), occurred_at=at, study_date=date(2026, 3, 1), superseded=superseded
    )


def test_an_election_says_what_begins_and_ceases_to_count() -> None:
    question = uuid.uuid4()
    first, second = _stored(1, minute=2), _stored(2, minute=5, superseded=True)
    elections = Elections({question: [first, second]})
    earliest, later = _stored(4, minute=1), _stored(3, minute=9)
    assert elections.add(later, question) == []
    assert later.superseded
    assert elections.add(earliest, question) == [first, earliest]
    earliest.undone = first.undone = True
    assert elections.decide(question) == [second]
    second.undone = later.undone = True
    assert elections.decide(question) == []
    assert not elections.has_answer(question)


def test_of_two_at_the_same_instant_the_smaller_id_counts() -> None:
    question = uuid.uuid4()
    one, two = _stored(1, minute=1), _stored(2, minute=1)
    elections = Elections({})
    elections.add(two, question)
    elections.add(one, question)
    assert (one.counts, two.counts) == (True, False)
