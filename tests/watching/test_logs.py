"""Lines of the log have the ids of their request or task, and name nobody."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from examprep.celery import app
from examprep.models import User
from examprep.watching import logs

pytestmark = pytest.mark.any_database


@app.task(name="tests.say")
def say() -> None:
    logging.getLogger("examprep.tests").warning("a task says this", extra={"cards": 3})


@pytest.fixture(params=[True, False], ids=["json", "text"])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What the log says from here on, as JSON or for people."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    logging.config.dictConfig(logs.configure(as_json=request.param, level="INFO"))
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    stream = handler.stream = io.StringIO()
    yield stream
    root.handlers[:], root.level = before


def lines_of(stream: io.StringIO) -> list[dict[str, Any]]:
    text = stream.getvalue()
    return [json.loads(line) for line in text.splitlines()] if text.startswith("{") else []


def test_a_request_is_told_by_its_route_and_its_id(db: None, written: io.StringIO, settings: Any) -> None:
    settings.LOG_REQUESTS = True
    client = Client(headers={"X-Request-ID": "app-7"})
    client.get("/lessons/lovelace-of-london/?name=ada")
    client.get("/nothing/lovelace/")
    client.get("/health/live")

    text = written.getvalue()
    assert text.count("app-7") == 4, "two requests, and twice what Django says of a missing page"
    assert "lovelace" not in text
    assert "health" not in text
    if lines := lines_of(written):
        told = [(line["method"], line["route"], line["status"]) for line in lines if "route" in line]
        assert told == [("GET", "/lessons/<slug:slug>/", 404), ("GET", "(none)", 404)]
        assert all(line["milliseconds"] > 0 for line in lines if "route" in line)
        assert {line["request_id"] for line in lines} == {"app-7"}


def test_a_task_is_told_by_its_name_and_its_id(written: io.StringIO) -> None:
    said = say.apply(task_id="7c1")

    assert said.successful()
    (line,) = [line for line in written.getvalue().splitlines() if "a task says this" in line]
    assert "7c1" in line
    for told in lines_of(written):
        if told["event"] == "a task says this":
            assert (told["task"], told["task_id"], told["cards"], told["level"]) == ("tests.say", "7c1", 3, "warning")
            assert "request_id" not in told


def test_a_database_that_is_away_is_one_line_a_request(
    student: User, written: io.StringIO, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.LOG_REQUESTS = False  # beside the one that each request has in production

    def refuse(*_: object, **__: object) -> None:
        try:
            raise sqlite3.OperationalError("connection refused\n\tIs the server running?")
        except sqlite3.OperationalError as error:
            raise OperationalError(*error.args) from error

    client = Client(raise_request_exception=False)
    client.force_login(student)
    monkeypatch.setattr("quizzes.schedule.queue.read_plan", refuse)
    answers = [client.get("/api/v1/queue/"), client.get("/today/")]

    assert [answer.status_code for answer in answers] == [503, 503]
    text = written.getvalue()
    assert text.count("\n") == text.count("OperationalError: connection refused") == 2
    assert "Traceback" not in text
    assert "/api/v1/queue/" in text
    assert "Is the server" not in text


def test_an_error_is_told_with_its_traceback_on_one_line(written: io.StringIO) -> None:
    try:
        raise ValueError("no\nplan")
    except ValueError:
        logging.getLogger("examprep.tests").exception("failed")

    if lines := lines_of(written):
        assert len(lines) == 1
        assert "ValueError: no\nplan" in lines[0]["exception"]
    else:
        assert "Traceback" in written.getvalue()
