"""Clients that send half a request, or many at once, hold up nobody else; who locks the database is waited for."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.faults.service import Service, log_in

HALF = b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nlogin"


@pytest.fixture(scope="module")
def data(first_start: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a service that the tests here share."""
    return Path(shutil.copytree(first_start, tmp_path_factory.mktemp("slow") / "data"))


@pytest.fixture(scope="module")
def address(data: Path) -> Iterator[str]:
    """Where it answers."""
    with Service(data) as service:
        yield service.ready()


def seconds_to_answer(url: str) -> float:
    began = time.monotonic()
    with urllib.request.urlopen(url, timeout=30) as answer:
        assert answer.status == 200
    return time.monotonic() - began


def test_a_thousand_half_sent_requests_hold_up_nobody(address: str) -> None:
    seconds_to_answer(f"{address}/")
    with ExitStack() as stack:
        for _ in range(1000):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", urlsplit(address).port or 80)))
            slow.sendall(HALF)
        assert min(seconds_to_answer(f"{address}/health/live") for _ in range(3)) < 1
        assert min(seconds_to_answer(f"{address}/") for _ in range(3)) < 2


def test_liveness_is_answered_while_hundreds_log_in(address: str) -> None:
    def fail_to_log_in() -> None:
        body = json.dumps({"username": "student", "password": "wrong"}).encode()
        request = urllib.request.Request(
            f"{address}/_allauth/app/v1/auth/login", body, {"Content-Type": "application/json"}
        )
        with suppress(OSError), urllib.request.urlopen(request, timeout=60):
            pass

    crowd = [threading.Thread(target=fail_to_log_in) for _ in range(300)]
    for person in crowd:
        person.start()
    waits = [seconds_to_answer(f"{address}/health/live") for _ in range(5)]
    for person in crowd:
        person.join()
    assert sorted(waits)[2] < 1, waits


def test_a_connection_outlives_a_request_that_is_too_large(address: str) -> None:
    parts = urlsplit(address)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    for _ in range(2):
        connection.request(
            "POST", "/_allauth/app/v1/auth/login", b" " * 3 * 2**20, {"Content-Type": "application/json"}
        )
        refused = connection.getresponse()
        refused.read()
        assert refused.status == 413
        connection.auto_open = 0  # from now on it is an error if the server has closed it
    connection.request("GET", "/health/live")
    assert connection.getresponse().status == 200


def test_a_locked_sqlite_is_503_before_anybody_gives_up(address: str, data: Path) -> None:
    with closing(sqlite3.connect(data / "db.sqlite3", timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(urllib.error.HTTPError) as refused:
            log_in(address, "instructor")
        assert refused.value.code == 503
        assert refused.value.headers["Retry-After"]
        assert refused.value.headers["Content-Type"] == "application/problem+json"
    log_in(address, "instructor")
