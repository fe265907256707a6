"""Requests that fail outside of the API's views: pages for people, problem documents for programs."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError, connection
from django.test import Client
from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser

from examprep.models import User
from examprep.run.worker import MAX_BODY, Refusal
from questions.models import Course
from tests.conftest import Api

PROBLEM = "application/problem+json"


def is_problem(answer: Any, status: int) -> bool:
    return answer.status_code == status and answer["Content-Type"] == PROBLEM and b'"detail"' in answer.content


def test_a_path_of_the_api_that_is_not_there_is_a_problem() -> None:
    for path in ("/api/", "/api/v2/", "/api/v1/nothing/", "/_allauth/nothing/"):
        assert is_problem(Client().get(path), 404)
    assert Client().get("/nothing/")["Content-Type"].startswith("text/html")


def test_a_host_that_is_not_served_is_a_problem_to_programs_and_a_page_to_people() -> None:
    assert is_problem(Client(headers={"host": "evil.example"}).get("/api/v1/queue/"), 400)
    page = Client(headers={"host": "evil.example"}).get("/accounts/login/")
    assert (page.status_code, page["Content-Type"]) == (400, "text/html; charset=utf-8")


@pytest.mark.any_database
@pytest.mark.django_db
def test_too_much_is_said_to_be_too_much(student: User) -> None:
    much = "x" * 3_000_000
    client = Client()
    assert is_problem(client.post("/_allauth/app/v1/auth/login", much, content_type="application/json"), 413)
    client.force_login(student)
    for call, method in (("me", client.patch), ("reviews/batch", client.post)):
        assert is_problem(
            method(f"/api/v1/{call}/", json.dumps({"device": much}), content_type="application/json"), 413
        )
    page = client.post("/settings/", {"minutes": much})
    assert (page.status_code, page["Content-Type"]) == (413, "text/html; charset=utf-8")
    assert client.get("/settings/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_locked_database_says_when_to_come_back(api: Api, course: Course) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite alone has one lock for everybody")
    client = api.client
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 100")
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
        other.execute("BEGIN EXCLUSIVE")
        answer = api.post("reviews/batch/", {"device": api.device, "device_now": "2026-11-27T12:00:00Z", "events": []})
        page = client.post("/today/more/", {"minutes": "10"})
    assert is_problem(answer, 503)
    assert answer["Retry-After"] == "5"
    assert page.status_code == 503
    assert "The service is busy" in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_session_that_cannot_be_stored_is_no_fault_of_the_client(
    student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(session: SessionStore, must_create: bool = False) -> None:
        try:
            raise OperationalError("database is locked")
        except OperationalError:
            raise UpdateError  # noqa: B904 - as in Django

    client = Client(raise_request_exception=False)
    client.force_login(student)
    monkeypatch.setattr(SessionStore, "save", fail)
    monkeypatch.setattr("django.conf.settings.SESSION_SAVE_EVERY_REQUEST", True)
    page = client.get("/settings/")
    assert (page.status_code, page["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(("path", "content_type"), [("/api/v1/me/", PROBLEM), ("/settings/", "text/plain")])
def test_more_than_is_read_at_all_is_a_problem_to_programs(path: str, content_type: str) -> None:
    settings = Adjustments(max_request_body_size=MAX_BODY, ident=None)
    request = HTTPRequestParser(settings)
    request.received(f"POST {path} HTTP/1.1\r\nContent-Length: {MAX_BODY}\r\n\r\n".encode())
    written: list[bytes] = []
    server = SimpleNamespace(adj=settings, server_name="examprep")
    Refusal(SimpleNamespace(server=server, write_soon=written.append), request).execute()
    answer = b"".join(written).decode()
    assert answer.startswith("HTTP/1.1 413 ")
    assert f"Content-Type: {content_type}" in answer
