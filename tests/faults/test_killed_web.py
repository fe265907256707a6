"""A web process that is killed in the middle of batches: what it acknowledged is there, and nothing is there twice."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
import uuid
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from tests.faults.service import Service, call

pytestmark = pytest.mark.slow
KILLS, MOST_KILLS = 2, 10
"""A kill may fall between two requests; there are more until one was cut off."""
EVENTS = 20


class Phone:
    """A client that sends batches, and sends each again until it is answered."""

    def __init__(self, url: str) -> None:
        self.url = url
        credentials = {"username": "student", "password": "student"}
        self.token = call(f"{url}/_allauth/app/v1/auth/login", body=credentials)["meta"]["session_token"]
        self.cards = [one["card"] for one in call(f"{url}/api/v1/queue/?limit=5", self.token)["results"]]
        self.acknowledged: set[str] = set()
        self.sent: set[str] = set()
        self.retries = 0
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            now = datetime.now(UTC).isoformat()
            events = [
                {
                    "id": str(uuid.uuid4()),
                    "type": "suspend" if number % 2 else "resume",
                    "card": self.cards[number % len(self.cards)],
                    "occurred_at": now,
                }
                for number in range(EVENTS)
            ]
            self.sent |= {event["id"] for event in events}
            self._send({"device": str(uuid.UUID(int=1)), "device_now": now, "events": events})

    def answer(self, presentation: str) -> None:
        """Say of a question that the answer is not known."""
        now = datetime.now(UTC).isoformat()
        event: dict[str, Any] = {"id": str(uuid.uuid4()), "type": "review", "presentation": presentation}
        event |= {"response": {"dont_know": True}, "occurred_at": now, "duration_ms": 4000}
        self._send({"device": str(uuid.UUID(int=1)), "device_now": now, "events": [event]})

    def _send(self, batch: dict[str, Any]) -> None:
        while True:
            try:
                answer = call(f"{self.url}/api/v1/reviews/batch/", self.token, batch)
            except (OSError, HTTPException, ValueError):
                self.retries += 1
                time.sleep(0.05)
                continue
            assert {result["status"] for result in answer["results"]} <= {"accepted", "duplicate"}
            self.acknowledged |= {result["id"] for result in answer["results"]}
            return


def test_no_acknowledged_event_is_lost_and_none_is_stored_twice(data: Path) -> None:
    with Service(data) as service:
        phone = Phone(service.ready())
        sender = threading.Thread(target=phone.run)
        sender.start()
        kills = 0
        while kills < KILLS or (not phone.retries and kills < MOST_KILLS):
            kills += 1
            time.sleep(0.7)
            for pid, command in service.processes().items():
                if "examprep.run.serve" in command:
                    os.kill(pid, signal.SIGKILL)
            time.sleep(2)
        phone.over.set()
        sender.join(60)
        assert not sender.is_alive()
        assert service.stop() == 0

    assert phone.retries > 0
    database = sqlite3.connect(data / "db.sqlite3")
    stored = [row[0] for row in database.execute("SELECT event_id FROM quizzes_reviewevent")]
    sequence = [row[0] for row in database.execute("SELECT sequence FROM quizzes_reviewevent ORDER BY sequence")]
    database.close()
    assert {uuid.UUID(each).hex for each in phone.acknowledged} == {uuid.UUID(each).hex for each in stored}
    assert len(stored) == len(set(stored)) == len(phone.sent)
    assert len(set(sequence)) == len(sequence)
