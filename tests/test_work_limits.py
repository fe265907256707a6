"""Nobody takes all of the server's time: CPU is counted by account, and of visitors by address."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import Client

from examprep import work_limits
from examprep.cache import ForgivingRedisCache
from examprep.models import User
from tests.conftest import Api

pytestmark = pytest.mark.any_database


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel("2026-03-02 10:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def requests_take(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Have each request take so many seconds of CPU."""

    def take(seconds: float) -> None:
        ticks = iter(range(10**6))
        monkeypatch.setattr("examprep.middleware.time.thread_time", lambda: next(ticks) * seconds)

    return take


Take = Callable[[float], None]


def test_who_takes_too_much_waits_until_the_bucket_has_drained(student: User, clock: Any, requests_take: Take) -> None:
    requests_take(8)
    client = Client()
    client.force_login(student)

    assert [client.get("/settings/").status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    refused = client.get("/settings/")
    assert refused["Retry-After"] == "4"
    assert "Content-Security-Policy" in refused
    clock.shift(timedelta(seconds=4))
    assert client.get("/settings/").status_code == 200
    assert client.get("/settings/")["Retry-After"] == "16"


def test_the_api_answers_with_a_problem_document(student: User, clock: Any, requests_take: Take) -> None:
    requests_take(31)
    api = Api(student)
    assert api.client.get("/api/v1/me/").status_code == 200
    refused = api.client.get("/api/v1/me/")
    assert (refused.status_code, refused["Retry-After"]) == (429, "2")
    assert refused["Content-Type"] == "application/problem+json"
    assert api.client.get("/_allauth/app/v1/config")["Content-Type"] == "application/problem+json"


def test_who_calls_with_a_token_is_not_taken_for_the_whole_address(clock: Any, requests_take: Take, db: None) -> None:
    for name in ("ada", "bob"):
        User.objects.create_user(name, password="an-old-password")
    tokens = []
    for name in ("ada", "bob"):
        sent = json.dumps({"username": name, "password": "an-old-password"})
        answer = Client().post("/_allauth/app/v1/auth/login", sent, content_type="application/json")
        tokens.append({"X-Session-Token": answer.json()["meta"]["session_token"]})
    requests_take(31)
    statuses = [Client(headers=tokens[at]).get("/api/v1/me/").status_code for at in (0, 0, 1, 1)]
    assert statuses == [200, 429, 200, 429]
    assert Client().get("/accounts/login/").status_code == 200


def test_visitors_are_told_apart_by_their_address(clock: Any, requests_take: Take, db: None) -> None:
    requests_take(31)
    pages = [Client(REMOTE_ADDR=f"192.0.2.{last}").get("/accounts/login/").status_code for last in (1, 1, 2)]
    assert pages == [200, 429, 200]
    assert Client(REMOTE_ADDR="192.0.2.1").get("/api/v1/schema/").status_code == 429
    assert Client(REMOTE_ADDR="192.0.2.1").get("/health/live").status_code == 200


def test_visitors_without_an_address_are_answered(db: None, settings: Any) -> None:
    assert Client(REMOTE_ADDR="").get("/accounts/login/").status_code == 200
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # and this one comes by none
    assert Client().get("/accounts/login/").status_code == 200


def test_a_login_is_charged_to_the_account_and_a_failed_one_to_nobody(
    clock: Any, requests_take: Take, db: None
) -> None:
    password = make_password("an-old-password")
    User.objects.bulk_create([User(username=f"student-{number}", password=password) for number in range(8)])
    requests_take(10)

    def log_in(number: int, typed: str) -> Client:
        client = Client(REMOTE_ADDR="192.0.2.1")
        assert client.post("/accounts/login/", {"login": f"student-{number}", "password": typed}).status_code < 400
        return client

    for number in range(8):
        log_in(number, "a guess")
        client = log_in(number, "an-old-password")
    assert [client.get("/settings/").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_processes_share_what_they_count(clock: Any) -> None:
    for _ in range(16):
        work_limits.charge("account:1", 2)
        work_limits.forget()  # as another process, which knows nothing
    assert not work_limits.seconds_to_wait("account:1")
    work_limits.charge("account:1", 0.1)
    assert not work_limits.seconds_to_wait("account:1")  # nothing is poured yet
    work_limits.charge("account:1", 0.2)
    assert work_limits.seconds_to_wait("account:1") == pytest.approx(4.6, abs=0.01)


def test_little_work_asks_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "incr", None)
    monkeypatch.setattr(cache, "set", None)
    for number in range(work_limits.MAX_KNOWN + 10):
        work_limits.charge(f"account:{number}", 0.01)
    assert len(work_limits._collected) <= work_limits.MAX_KNOWN + 1


def test_a_cache_that_is_away_refuses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_limits, "cache", ForgivingRedisCache("redis://127.0.0.1:1", {}))
    for _ in range(30):
        work_limits.charge("account:1", 5)
    assert not work_limits.seconds_to_wait("account:1")
