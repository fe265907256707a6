"""today/, practice/, devices/, me/calendar/ and me/erasure/: what pages did alone, over REST; and logins that slide."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions.models import Item
from quizzes import schedule
from quizzes.models import Notice, PushSubscription
from tests.conftest import Api, wrong
from tests.quizzes.reminders.test_web_push import Browser, service  # noqa: F401 - a fixture

Key = Callable[[str], Any]
pytestmark = pytest.mark.any_database


def delete(api: Api, path: str, body: Any = None) -> Any:
    return api.client.delete(f"/api/v1/{path}", json.dumps(body), content_type="application/json")


@pytest.mark.usefixtures("noon")
def test_today_says_how_far_the_day_is_and_more_minutes_and_a_day_off_change_it(api: Api, key: Key) -> None:
    before = api.get("today/").json()
    assert (before["answered"], before["counts"]["new"], before["day_off"]) == (0, 6, False)
    first = api.queue(1)["results"][0]
    api.answer(first["id"], wrong(first, key(first["id"])))
    after = api.get("today/").json()
    assert (after["answered"], after["right"], after["counts"]["done"]) == (1, 0, 1)
    assert after["done_seconds"] == 20
    more = api.post("today/more/?limit=1", {"minutes": 30}).json()
    assert len(more["results"]) == 1
    off = api.post("today/day-off/", {})
    assert off.status_code == 200
    assert off.json()["counts"]["new"] == 0
    assert api.get("today/").json()["day_off"] is True
    assert delete(api, "today/day-off/").json()["counts"]["new"] == 5
    api.post("today/day-off/", {})
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        refused = api.post("today/day-off/", {})
        assert refused.status_code == 409
        assert refused.json()["code"] == "day_off"
        assert refused.json()["next_on"] == (timezone.now() + timedelta(days=4)).date().isoformat()
    assert api.post("today/more/", {"minutes": 0}).status_code == 400
    assert "minuets" in api.post("today/more/", {"minutes": 5, "minuets": 5}).json()["errors"]


@pytest.mark.usefixtures("noon")
def test_the_outlook_is_asked_for_then_read(student: User, api: Api) -> None:
    assert api.get("today/ahead/").json() == {"state": "old", "made_at": None, "outlook": None}
    asked = api.post("today/ahead/", {})
    assert (asked.status_code, asked.json()["state"]) == (202, "coming")
    found = schedule.look_ahead(student)
    assert found is not None
    ahead = api.get("today/ahead/").json()
    assert ahead["state"] == "current"
    assert ahead["outlook"]["kept"]["score"] == round(found.kept.score, 4)
    assert len(ahead["outlook"]["days"]) == len(found.days)
    assert {choice["minutes"] for choice in ahead["outlook"]["choices"]} == {minutes for minutes, _ in found.curve}


def test_notices_are_taken_away_by_their_reader_alone(student: User, api: Api) -> None:
    notice = Notice.objects.create(student=student, text="Your score went from 12 to 13.", made_at=timezone.now())
    other = Api(User.objects.create_user("eve"))
    assert delete(other, f"today/notices/{notice.pk}/").status_code == 204
    assert [each["id"] for each in api.get("today/").json()["notices"]] == [notice.pk]
    assert delete(api, f"today/notices/{notice.pk}/").status_code == 204
    assert api.get("today/").json()["notices"] == []


def test_a_selection_is_practised_in_its_order(api: Api, key: Key) -> None:
    slugs = ["match-regularisers", "penalty-target", "no-such-item"]
    chosen = api.post("practice/", {"items": slugs}).json()["results"]
    assert [each["item"] for each in chosen] == slugs[:2]
    assert api.post("practice/", {"items": slugs}).json()["results"] == chosen  # nobody shops for an easier variant
    api.answer(chosen[1]["id"], wrong(chosen[1], key(chosen[1]["id"])))
    weak = api.post("practice/", {"state": "weak"}).json()["results"]
    assert [each["item"] for each in weak] == ["penalty-target"]
    kinds = {each["kind"] for each in api.post("practice/", {"kind": "matching"}).json()["results"]}
    assert kinds == {"matching"}
    Item.objects.filter(slug="penalty-target").update(retired_at=timezone.now())
    assert api.post("practice/", {"items": ["penalty-target"]}).json()["results"] == []


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"items": []}, 400, "items"),
        ({"items": ["a"] * 51}, 400, "items"),
        ({"state": "tired"}, 400, "state"),
        ({"concepts": "l2"}, 400, "concepts"),
        ({"sitting": str(uuid.UUID(int=7))}, 404, None),
    ],
)
def test_a_selection_that_cannot_be_read_is_refused(api: Api, body: Any, status: int, field: str | None) -> None:
    answer = api.post("practice/", body)
    assert answer.status_code == status
    assert field is None or field in answer.json()["errors"]


def test_practising_takes_as_many_queries_for_many_as_for_one(api: Api) -> None:
    api.post("practice/", {})  # all is drawn
    counts = []
    for body in ({"kind": "numeric"}, {}):
        with CaptureQueriesContext(connection) as queries:
            answer = api.post("practice/", body)
        counts.append((len(answer.json()["results"]), len(queries)))
    assert counts == [(1, 10), (6, 10)]


def test_practice_is_of_a_course_of_ones_own(student: User, api: Api) -> None:
    assert api.post("practice/?course=tiny", {"kind": "numeric"}).json()["results"]
    assert api.post("practice/?course=elsewhere", {}).status_code == 404


def test_a_device_has_one_subscription_until_it_says_otherwise(
    student: User,
    api: Api,
    service: str,  # noqa: F811
) -> None:
    path = f"/api/v1/devices/{uuid.uuid4()}/"

    def put(push: Any) -> Any:
        return api.client.put(path, json.dumps({"push": push}), content_type="application/json")

    for number in (1, 2):
        assert put({"type": "web", **Browser(f"{service}{number}").subscription}).status_code == 204
        assert [kept.endpoint for kept in PushSubscription.objects.all()] == [f"{service}{number}"]
    refused = put({"type": "web", "endpoint": "https://example.org/", "keys": {}})
    assert refused.status_code == 400
    assert "push.endpoint" in refused.json()["errors"]
    assert PushSubscription.objects.count() == 1  # what cannot be read changes nothing
    assert "push" in put({"type": "pigeon"}).json()["errors"]
    assert put(None).status_code == 204
    assert not PushSubscription.objects.exists()
    assert api.client.delete(path).status_code == 204


def test_the_calendar_has_an_address_that_can_be_changed_and_ended(api: Api) -> None:
    assert api.get("me/calendar/").json() == {"url": None}
    first = api.post("me/calendar/", {}).json()["url"]
    assert Client().get(first.removeprefix("http://testserver")).status_code == 200
    second = api.post("me/calendar/", {}).json()["url"]
    assert second != first
    assert Client().get(first.removeprefix("http://testserver")).status_code == 404
    assert api.client.delete("/api/v1/me/calendar/").status_code == 204
    assert Client().get(second.removeprefix("http://testserver")).status_code == 404


def test_an_account_that_is_to_be_erased_can_be_kept(student: User, api: Api) -> None:
    assert delete(api, "me/", {"password": "lovelace-1815"}).status_code == 202
    assert delete(api, "me/erasure/").status_code == 204
    student.refresh_from_db()
    assert student.erase_at is None


def test_a_login_lasts_as_long_as_it_is_used(student: User) -> None:
    login = {"username": "ada", "password": "lovelace-1815"}
    answer = Client().post("/_allauth/app/v1/auth/login", json.dumps(login), content_type="application/json")
    token = answer.json()["meta"]["session_token"]
    web = Client()
    web.force_login(student)
    now = timezone.now()
    for days in range(60, 400, 60):  # a login that is not used ends after 90 days
        with time_machine.travel(now + timedelta(days=days)):
            assert Client().get("/api/v1/me/", headers={"X-Session-Token": token}).status_code == 200
            assert web.get("/api/v1/me/").status_code == 200
            with CaptureQueriesContext(connection) as queries:
                web.get("/api/v1/me/")
            assert not [query for query in queries if query["sql"].startswith("UPDATE")]  # once a week is enough
    with time_machine.travel(now + timedelta(days=360 + 91)):
        assert Client().get("/api/v1/me/", headers={"X-Session-Token": token}).status_code == 401
        assert web.get("/api/v1/me/").status_code == 401


def test_how_to_sign_in_is_served_beside_the_api(db: None) -> None:
    document = Client().get("/_allauth/openapi.json").json()
    assert "/_allauth/app/v1/auth/login" in document["paths"]
    assert Client().get("/_allauth/openapi.html").status_code == 404
