"""POST reviews/batch/: the one way in for answers."""

import base64
import hashlib
import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from quizzes import schedule
from quizzes.models import Card, Presentation, Review, ReviewEvent
from quizzes.reviews.memory_states import CARD_STATE
from tests.conftest import Api, review, wrong
from tests.logs import statements

pytestmark = pytest.mark.database

Key = Callable[[str], Any]


def states(student: User) -> list[Any]:
    """All memory states of a student."""
    return list(Card.objects.filter(student=student).order_by("pk").values_list("pk", *CARD_STATE))


def test_a_response_that_no_database_keeps_is_rejected(api: Api) -> None:
    for one in api.queue()["results"]:
        (result,) = api.send(review(one["id"], {"text": "a\x00b", "value": "1", "choice": "\ud800"}))
        assert (result["status"], result["code"]) == ("rejected", "format")
    assert not ReviewEvent.objects.exists()


@pytest.mark.any_database
def test_right_answers_of_all_kinds_are_graded_right(api: Api, key: Key) -> None:
    for one in api.queue()["results"]:
        result = api.answer(one["id"], key(one["id"]))

        assert result["status"] == "accepted"
        assert result["grade"]["correct"] is True
        assert result["grade"]["score"] == 1
        assert result["grade"]["rating"] == "good"
        assert "KEY-EXPLANATION" in result["grade"]["explanation_html"]


@pytest.mark.any_database
def test_wrong_answers_of_all_kinds_are_graded_wrong_and_show_the_key(api: Api, key: Key) -> None:
    for one in api.queue()["results"]:
        right = key(one["id"])

        grade = api.answer(one["id"], wrong(one, right))["grade"]

        assert grade["correct"] is False
        assert grade["rating"] == "again"
        assert grade["key"] == right


def test_each_pair_of_a_match_set_has_a_card_of_its_own(api: Api, key: Key) -> None:
    (one,) = [one for one in api.queue()["results"] if one["kind"] == "matching"]
    pairs = dict(key(one["id"])["pairs"])
    left = next(iter(pairs))
    pairs[left] = next(each["id"] for each in one["prompt"]["right"] if each["id"] not in pairs.values())

    grade = api.answer(one["id"], {"pairs": pairs})["grade"]

    assert grade["score"] == pytest.approx(2 / 3)
    assert {card["facet"] for card in grade["cards"]} == {"l2", "l1", "drop"}
    assert sorted(Review.objects.values_list("score", flat=True)) == [0, 1, 1]
    assert grade["feedback"][0]["target"] == left


@pytest.mark.any_database
def test_the_same_event_again_is_a_duplicate_with_the_first_grade(api: Api, student: User, key: Key) -> None:
    one = api.queue()["results"][0]
    event = review(one["id"], key(one["id"]))
    (first,) = api.send(event)
    before = states(student)

    (second,) = api.send(event)

    assert second == {**first, "status": "duplicate"}
    assert states(student) == before


@pytest.mark.any_database
def test_the_same_id_with_another_body_is_a_conflict_and_changes_nothing(api: Api, student: User, key: Key) -> None:
    one = api.queue()["results"][0]
    event = review(one["id"], key(one["id"]))
    api.send(event)
    before = states(student)

    (result,) = api.send({**event, "duration_ms": 1})

    assert (result["status"], result["code"]) == ("conflict", "conflict")
    assert states(student) == before


@pytest.mark.any_database
def test_one_bad_event_does_not_block_the_others(api: Api, key: Key) -> None:
    one = api.queue()["results"][0]
    good = review(one["id"], key(one["id"]))
    bad = [
        None,
        3,
        {},
        {"id": str(uuid.uuid4()), "type": "dance", "occurred_at": timezone.now().isoformat()},
        review(str(uuid.uuid4()), {"choice": "x"}),
        review(one["id"], {"choice": "x"}),
        review(one["id"], None),
        review(one["id"], key(one["id"]), duration_ms="NaN"),
        review(one["id"], key(one["id"]), duration_ms=-5),
        review(one["id"], key(one["id"]), confidence=6),
        review(one["id"], key(one["id"]), occurred_at="yesterday"),
    ]

    results = api.send(*bad, good)

    assert [result["status"] for result in results] == ["rejected"] * len(bad) + ["accepted"]
    assert all(result["detail"] for result in results[:-1])
    assert ReviewEvent.objects.count() == 1


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("kind", "response"),
    [
        ("single_choice", {}),
        ("single_choice", {"choice": 1}),
        ("single_choice", []),
        ("multiple_select", {"choices": "x"}),
        ("multiple_select", {"choices": ["x"]}),
        ("numeric", {"value": "abc"}),
        ("numeric", {"value": ""}),
        ("numeric", {"value": "1,234"}),
        ("numeric", {"value": "9**9**9**9"}),
        ("numeric", {"value": {}}),
        ("matching", {"pairs": {}}),
        ("matching", {"pairs": {"x": "y"}}),
        ("ordering", {"order": []}),
        ("ordering", {"order": ["x"] * 4}),
        ("short_text", {"text": "  "}),
        ("short_text", {"text": "Adamm"}),
        ("short_text", {"text": 5}),
    ],
)
def test_a_response_that_cannot_be_read_costs_no_attempt(api: Api, student: User, kind: str, response: Any) -> None:
    (one,) = [one for one in api.queue()["results"] if one["kind"] == kind]
    before = states(student)

    result = api.answer(one["id"], response)

    assert (result["status"], result["code"]) == ("rejected", "format")
    assert states(student) == before
    assert one["id"] in {again["id"] for again in api.queue()["results"]}


@pytest.mark.any_database
@pytest.mark.parametrize(
    "batch",
    [
        [],
        {},
        {"device": "x", "device_now": "now", "events": []},
        {"device": str(uuid.uuid4()), "device_now": "2026-01-01T00:00:00", "events": []},
        {"device": str(uuid.uuid4()), "device_now": "2026-01-01T00:00:00Z", "events": [{}] * 501},
        {"device": str(uuid.uuid4()), "device_now": "2026-01-01T00:00:00Z", "events": {}},
    ],
)
def test_a_malformed_batch_is_a_problem_that_names_its_fields(api: Api, batch: Any) -> None:
    answer = api.post("reviews/batch/", batch)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"]


@pytest.mark.any_database
def test_malformed_json_is_a_problem(api: Api) -> None:
    answer = api.post("reviews/batch/", "{bad")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.any_database
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_change_nothing(api: Api, student: User, key: Key, number: str) -> None:
    one = api.queue()["results"][0]
    event = json.dumps(review(one["id"], key(one["id"]), duration_ms=-77)).replace("-77", number)
    now = timezone.now().isoformat()
    answer = api.post("reviews/batch/", f'{{"device": "{api.device}", "device_now": "{now}", "events": [{event}]}}')

    assert answer.status_code == 400 or answer.json()["results"][0]["status"] == "rejected"
    assert not ReviewEvent.objects.exists()


@pytest.mark.any_database
@pytest.mark.parametrize("size", [2**20, 2**21])
def test_a_batch_over_one_mebibyte_is_too_large(api: Api, size: int) -> None:
    batch = {"device": api.device, "device_now": timezone.now().isoformat(), "events": ["x" * size]}

    assert api.post("reviews/batch/", batch).status_code == 413


@pytest.mark.any_database
def test_undo_gives_the_state_before_and_asks_again(api: Api, student: User, key: Key) -> None:
    one = api.queue()["results"][0]
    before = states(student)
    event = review(one["id"], key(one["id"]))
    api.send(event)

    (result,) = api.send(undo(event))

    assert result["status"] == "accepted"
    assert states(student) == before
    assert one["id"] in {again["id"] for again in api.queue()["results"]}


@pytest.mark.any_database
def test_an_undo_that_arrives_before_its_target_undoes_it(api: Api, student: User, key: Key) -> None:
    one = api.queue()["results"][0]
    before = states(student)
    event = review(one["id"], key(one["id"]))
    api.send(undo(event))

    (result,) = api.send(event)

    assert result["status"] == "accepted"
    assert states(student) == before


def test_the_order_of_arrival_does_not_matter(api: Api, student: User, key: Key) -> None:
    one = next(one for one in api.queue()["results"] if one["kind"] == "single_choice")
    right, start = key(one["id"]), timezone.now()
    Presentation.objects.filter(pk=one["id"]).update(created_at=start - timedelta(days=30))
    events = [
        review(one["id"], wrong(one, right) if n % 3 == 1 else right, occurred_at=_ago(start, days=20 - 4 * n))
        for n in range(5)
    ]
    events.append({**undo(events[3]), "occurred_at": _ago(start, days=1)})
    api.send(*events)
    in_order = states(student)
    _forget(student)

    for event in (events[5], events[4], events[1], events[0], events[3], events[2]):
        api.send(event)

    assert states(student) == in_order


@pytest.mark.any_database
def test_a_wrong_clock_is_corrected(api: Api, key: Key) -> None:
    one = api.queue()["results"][0]
    fast = timezone.now() + timedelta(days=400)

    api.send(review(one["id"], key(one["id"]), occurred_at=fast.isoformat()), device_now=fast)

    event = ReviewEvent.objects.get()
    assert abs(event.occurred_at - timezone.now()) < timedelta(minutes=1)
    assert event.device_occurred_at == fast


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
def test_no_event_is_refused_for_its_clock(api: Api, key: Key, instant: str) -> None:
    one = api.queue()["results"][0]

    result = api.answer(one["id"], key(one["id"]), occurred_at=instant)

    assert result["status"] == "accepted"


@pytest.mark.any_database
def test_a_strangers_presentation_card_and_event_do_not_exist(api: Api, stranger: User, key: Key) -> None:
    theirs = Api(stranger)
    one = theirs.queue()["results"][0]
    event = review(one["id"], key(one["id"]))

    rejected, buried = api.send(event, flag("bury", one["card"]))

    assert (rejected["status"], rejected["code"]) == ("rejected", "unknown_presentation")
    assert (buried["status"], buried["code"]) == ("rejected", "unknown_card")
    assert theirs.send(event)[0]["status"] == "accepted"
    api.send(undo(event))
    assert not ReviewEvent.objects.get(event_id=event["id"]).undone


@pytest.mark.any_database
@pytest.mark.usefixtures("noon")
def test_bury_suspend_and_resume(api: Api) -> None:
    one = api.queue()["results"][0]

    def asked() -> bool:
        return one["card"] in {again["card"] for again in api.queue()["results"]}

    api.send(flag("bury", one["card"]))
    assert not asked()
    api.send(flag("resume", one["card"]))
    assert asked()
    suspend = flag("suspend", one["card"])
    api.send(suspend)
    assert not asked()
    api.send(undo(suspend))
    assert asked()


@pytest.mark.any_database
def test_an_answer_takes_the_same_number_of_queries_with_a_long_history(api: Api, student: User, key: Key) -> None:
    from tests.api.test_queue import _history

    schedule.plan_day(student)
    before, first, second = [(one["id"], key(one["id"])) for one in api.queue()["results"][:3]]
    api.answer(*before)  # which asks for the plan that others put off
    with CaptureQueriesContext(connection) as few:
        api.answer(*first)
    _history(student, 10_000)
    with CaptureQueriesContext(connection) as many:
        api.answer(*second)
    # Two say who it is, four read what there is, five write, two see to the plan.
    assert len(statements(many)) <= len(statements(few)) <= 13, statements(few)


def undo(event: dict[str, Any]) -> dict[str, Any]:
    """An event that takes back another."""
    now = timezone.now().isoformat()
    return {"id": str(uuid.uuid4()), "type": "undo", "target": event["id"], "occurred_at": now}


def flag(what: str, card: str) -> dict[str, Any]:
    """Bury, suspend or resume a card."""
    return {"id": str(uuid.uuid4()), "type": what, "card": card, "occurred_at": timezone.now().isoformat()}


def _ago(start: Any, **span: float) -> str:
    return str((start - timedelta(**span)).isoformat())


def _forget(student: User) -> None:
    """As if nothing had ever been answered."""
    ReviewEvent.objects.filter(student=student).delete()
    blank = Card()
    Card.objects.filter(student=student).update(**{name: getattr(blank, name) for name in CARD_STATE})


@pytest.mark.any_database
def test_an_event_that_comes_again_is_told_by_what_it_means(api: Api, key: Key) -> None:
    shown = api.queue(limit=1)["results"][0]
    event = review(shown["id"], key(shown["id"]), occurred_at="2026-11-27T09:00:00Z")
    assert api.send(event)[0]["status"] == "accepted"

    event |= {"id": event["id"].upper(), "presentation": event["presentation"].upper(), "unknown": 1}
    for same in ({"occurred_at": "2026-11-27T09:00:00.000+00:00"}, {"occurred_at": "2026-11-27T10:00:00+01:00"}):
        for none in (0, None):
            again = {**event, **same, "confidence": None, "hints_used": none}
            batch = {"device": api.device, "device_now": timezone.now().isoformat(), "cursor": None, "events": [again]}
            assert api.post("reviews/batch/", batch).json()["results"][0]["status"] == "duplicate"
    for other in ({"occurred_at": "2026-11-27T09:00:01Z"}, {"confidence": 3}, {"duration_ms": 1}):
        assert api.send({**event, **other})[0]["status"] == "conflict", other


def test_what_came_before_meanings_were_compared_is_told_by_its_words(api: Api, key: Key) -> None:
    shown = api.queue(limit=1)["results"][0]
    event = review(shown["id"], key(shown["id"]))
    api.send(event)
    digest = hashlib.sha256(json.dumps(event, sort_keys=True).encode()).digest()
    for kept in (digest.hex(), base64.b64encode(digest[:15]).decode()):
        ReviewEvent.objects.update(body_hash=kept)
        assert api.send(event)[0]["status"] == "duplicate"
        assert api.send({**event, "confidence": 2})[0]["status"] == "conflict"


@pytest.mark.any_database
def test_a_quiet_batch_answers_for_what_there_is_to_say_of(api: Api, key: Key) -> None:
    asked = api.queue()["results"]
    plain = [review(one["id"], key(one["id"])) for one in asked]
    second, unknown = review(asked[0]["id"], key(asked[0]["id"])), review(str(uuid.uuid4()), {})
    now = timezone.now().isoformat()
    batch = {"device": api.device, "device_now": now, "events": [*plain, second, unknown]}

    answer = api.post("reviews/batch/?quiet=1", batch)

    told = {result["id"]: (result["status"], result["code"]) for result in answer.json()["results"]}
    assert told == {second["id"]: ("accepted", "already_answered"), unknown["id"]: ("rejected", "unknown_presentation")}
    assert ReviewEvent.objects.count() == len(plain) + 1
    again = api.post("reviews/batch/", batch).json()["results"]
    assert [result["status"] for result in again] == ["duplicate"] * (len(plain) + 1) + ["rejected"]


@pytest.mark.any_database
def test_a_day_takes_one_request_and_one_for_each_answer(api: Api, key: Key) -> None:
    """Online: the queue once, and each answer brings its grade; offline: the pack, the answers, what changed."""
    asked = api.queue(limit=100)["results"]
    graded = [api.answer(one["id"], key(one["id"]))["grade"] for one in asked]
    assert all(grade["correct"] for grade in graded)
    assert api.queue(limit=100)["counts"]["done"] >= len(asked)
    assert not {one["id"] for one in api.queue(limit=100)["results"]} & {one["id"] for one in asked}
