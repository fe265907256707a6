"""A client that sends batches, and sends each again until it is answered."""

from __future__ import annotations

import threading
import time
import uuid
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any

from tests.faults.service import call

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
