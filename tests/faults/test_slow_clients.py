"""Clients that send half a request, or many at once, hold up nobody else."""

from __future__ import annotations

import json
import shutil
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.faults.service import Service

HALF = b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nlogin"


@pytest.fixture(scope="module")
def address(first_start: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service that the tests here share."""
    with Service(Path(shutil.copytree(first_start, tmp_path_factory.mktemp("slow") / "data"))) as service:
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
    def log_in() -> None:
        body = json.dumps({"username": "student", "password": "wrong"}).encode()
        request = urllib.request.Request(
            f"{address}/_allauth/app/v1/auth/login", body, {"Content-Type": "application/json"}
        )
        with suppress(OSError), urllib.request.urlopen(request, timeout=60):
            pass

    crowd = [threading.Thread(target=log_in) for _ in range(300)]
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
