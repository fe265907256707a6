"""GET queue/: what to review now."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from examprep.models import User
from quizzes.models import Card, Presentation, ReviewEvent
from tests.conftest import Api, wrong

pytestmark = pytest.mark.database


@pytest.mark.any_database
def test_it_asks_all_kinds_of_a_new_course(api: Api) -> None:
    queue = api.queue()

    assert {one["kind"] for one in queue["results"]} == {
        "single_choice",
        "multiple_select",
        "numeric",
        "matching",
        "ordering",
        "short_text",
    }
    assert queue["counts"] == {"due": 0, "new": 6, "done": 0, "waiting": 0}
    asked = sum(one["estimated_seconds"] for one in queue["results"])
    assert asked == 255
    assert asked < queue["planned_seconds"] < 2 * asked  # what is wrong is asked again


@pytest.mark.any_database
def test_new_items_come_in_the_order_of_the_course(api: Api) -> None:
    assert [one["item"] for one in api.queue()["results"]][:3] == ["penalty-target", "true-of-l2", "match-regularisers"]


@pytest.mark.any_database
def test_asking_again_gives_the_same_presentations(api: Api) -> None:
    assert api.queue()["results"] == api.queue()["results"]


def test_it_needs_a_login() -> None:
    answer = Client().get("/api/v1/queue/")

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.any_database
@pytest.mark.parametrize("limit", ["0", "-1", "x", "1e3", "101", "٣", ""])
def test_it_refuses_a_bad_limit_and_names_it(api: Api, limit: str) -> None:
    answer = api.get(f"queue/?limit={limit}")

    assert answer.status_code == 400
    assert "limit" in answer.json()["errors"]


@pytest.mark.any_database
def test_what_was_answered_right_is_not_asked_again_today(api: Api, key: Callable[[str], Any]) -> None:
    first = api.queue()["results"][0]

    api.answer(first["id"], key(first["id"]))

    assert first["item"] not in {one["item"] for one in api.queue()["results"]}
    assert api.queue()["counts"]["done"] == 1


@pytest.mark.any_database
def test_what_was_answered_wrong_comes_back_today_and_numbers_are_new(student: User, key: Callable[[str], Any]) -> None:
    # At noon: ten minutes before the day rolls over, it would come back tomorrow.
    with time_machine.travel(timezone.now().replace(hour=12), tick=False) as clock:
        api = Api(student)
        (numeric,) = [one for one in api.queue()["results"] if one["kind"] == "numeric"]

        api.answer(numeric["id"], {"value": "17"})

        assert numeric["card"] not in {one["card"] for one in api.queue()["results"]}
        assert api.queue()["counts"]["waiting"] == 1
        clock.shift(timedelta(minutes=10))
        again = [one for one in api.queue()["results"] if one["kind"] == "numeric"]
        assert [one["card"] for one in again] == [numeric["card"]]
        assert again[0]["id"] != numeric["id"]


def test_tomorrow_asks_what_is_due_and_numeric_items_have_new_numbers(
    api: Api, student: User, key: Callable[[str], Any]
) -> None:
    today = api.queue()["results"]
    for one in today:
        api.answer(one["id"], wrong(one, key(one["id"])))

    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        tomorrow = Api(student).queue()

    assert tomorrow["counts"] == {"due": 6, "new": 0, "done": 0, "waiting": 0}
    assert {one["item"] for one in today} == {one["item"] for one in tomorrow["results"]}
    drawn = Presentation.objects.filter(student=student, version__item__slug="decay-factor")
    assert drawn.count() == drawn.values("seed").distinct().count() == 2


@pytest.mark.any_database
def test_nothing_in_it_gives_a_key_away(api: Api) -> None:
    text = json.dumps(api.queue())

    for secret in ("KEY-EXPLANATION", "KEY-SOLUTION", "because", "correct", "answer", "seed", "That is L1"):
        assert secret not in text


@pytest.mark.any_database
@pytest.mark.usefixtures("noon")
def test_the_number_of_queries_is_the_same_with_a_long_history(
    api: Api, student: User, django_assert_max_num_queries: Any, key: Callable[[str], Any]
) -> None:
    api.queue()
    with django_assert_max_num_queries(16) as few:
        api.queue()
    _history(student, 10_000)
    with django_assert_max_num_queries(len(few)):
        api.queue()


def _history(student: User, count: int) -> None:
    card = Card.objects.filter(student=student).first()
    assert card is not None
    now = timezone.now() - timedelta(days=100)
    import uuid

    ReviewEvent.objects.bulk_create(
        [
            ReviewEvent(
                student=student,
                event_id=uuid.uuid4(),
                sequence=1_000_000 + n,
                type="bury",
                card=card,
                body_hash="",
                device=uuid.uuid4(),
                device_occurred_at=now,
                occurred_at=now,
                study_date=now.date(),
                received_at=now,
            )
            for n in range(count)
        ],
        batch_size=1000,
    )


@pytest.mark.any_database
@pytest.mark.usefixtures("noon")
def test_a_day_of_n_questions_takes_one_call_and_one_for_each(api: Api, key: Callable[[str], Any]) -> None:
    asked = api.queue()["results"]
    for each in asked:
        assert api.answer(each["id"], key(each["id"]))["grade"]["correct"]
    after = api.queue()
    assert (after["results"], after["counts"]["due"] + after["counts"]["new"]) == ([], 0)
    assert after["counts"]["done"] == len(asked) > 5
