"""Clients behind the proxy that go on working whatever happens to the service, and keep what they were told."""

from __future__ import annotations

import http.client
import json
import re
import ssl
import threading
import time
import uuid
from datetime import UTC, datetime
from typing import Any

HOST = "exams.example.org"
"""What the service answers to in these tests."""


class Browser:
    """One client with a connection that it keeps, as browsers and phones do.

    A connection that was idle may be closed by the other side at any time: what was sent on it and had no answer is
    sent again on a new one, once, and no failure. Everything else but an answer is one.
    """

    def __init__(self, port: int, trust: ssl.SSLContext | None) -> None:
        self.port, self.trust = port, trust
        self.headers: dict[str, str] = {"Host": HOST}
        self.failed: list[str] = []
        self.requests = 0
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, path: str, body: object = None, **headers: str) -> tuple[int, bytes]:
        """Ask for a path, by POST if there is a body; return status and body, (0, b"") where nothing answered."""
        self.requests += 1
        used = self._connection is not None
        try:
            try:
                answer = self._send(path, body, headers)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError, ssl.SSLEOFError):
                self._connection = None
                if not used:
                    raise
                answer = self._send(path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self._connection = None
            self.failed.append(f"{path}: {error!r}")
            return 0, b""
        if answer[0] >= 400 and answer[0] != 404:
            self.failed.append(f"{path}: {answer[0]} {answer[1][:200]!r}")
        return answer

    def connect(self) -> http.client.HTTPConnection:
        """Return a new connection."""
        return _Here(HOST, self.port, context=self.trust)

    def _send(self, path: str, body: object, headers: dict[str, str]) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = self.connect()
        data = None if body is None else json.dumps(body)
        more = {"Content-Type": "application/json"} if data else {}
        method = "POST" if data else "GET"
        self._connection.request(method, path, data, {**self.headers, **more, **headers})
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.getheader("Connection") == "close":
            self._connection = None
        return answer.status, content

    def log_in(self, username: str) -> None:
        """Log in by the API, and send the token from then on."""
        credentials = {"username": username, "password": "student"}
        status, content = self.ask("/_allauth/app/v1/auth/login", credentials)
        assert status == 200, (status, content)
        self.headers["X-Session-Token"] = json.loads(content)["meta"]["session_token"]


class _Here(http.client.HTTPSConnection):
    """A connection to this machine, whatever the name that is asked for."""

    def connect(self) -> None:
        self.host, name = "127.0.0.1", self.host
        try:
            super().connect()
        finally:
            self.host = name


class Client(Browser):
    """A browser in a thread of its own, that does the same again and again."""

    pause = 0.1
    """Seconds between two rounds; on a busy machine three times what the last one took, so that it gets no busier."""

    def __init__(self, port: int, trust: ssl.SSLContext | None) -> None:
        super().__init__(port, trust)
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def do_once(self) -> None:
        """Do what it does."""
        raise NotImplementedError

    def _run(self) -> None:
        while not self.over.is_set():
            began = time.monotonic()
            self.do_once()
            self.over.wait(max(self.pause, 3 * (time.monotonic() - began)))

    def start(self) -> None:
        """Begin."""
        self.thread.start()

    def stop(self) -> None:
        """End after what is being asked."""
        self.over.set()
        self.thread.join(60)
        assert not self.thread.is_alive()


class Student(Client):
    """Somebody who answers without end: each round the queue, one answer, and a batch of what was done offline."""

    def __init__(self, port: int, trust: ssl.SSLContext | None, username: str) -> None:
        super().__init__(port, trust)
        self.log_in(username)
        self.device = str(uuid.uuid4())
        self.acknowledged: set[str] = set()
        self.sent: set[str] = set()
        self.cards: set[str] = set()

    def do_once(self) -> None:
        """Read the queue, answer its first question if there is one, put a card off and take it back."""
        status, content = self.ask("/api/v1/queue/?limit=2")
        if status != 200:
            return
        asked = json.loads(content)["results"]
        self.cards |= {one["card"] for one in asked}
        events: list[dict[str, Any]] = []
        for one in asked[:1]:
            response = {"dont_know": True}
            events.append({"type": "review", "presentation": one["id"], "response": response, "duration_ms": 4000})
        for card in sorted(self.cards)[:1]:
            events += [{"type": kind, "card": card} for kind in ("suspend", "resume")]
        self.send(events)

    def send(self, events: list[dict[str, Any]]) -> None:
        """Send events until they are acknowledged, as a phone does: each has an id, and counts once."""
        now = datetime.now(UTC).isoformat()
        sent = [{"id": str(uuid.uuid4()), "occurred_at": now, **event} for event in events]
        batch = {"device": self.device, "device_now": now, "events": sent}
        self.sent |= {str(each["id"]) for each in sent}
        while sent and not self.over.is_set():
            status, content = self.ask("/api/v1/reviews/batch/", batch)
            if status == 200:
                results = json.loads(content)["results"]
                self.acknowledged |= {each["id"] for each in results if each["status"] in {"accepted", "duplicate"}}
                return
            self.over.wait(0.2)


class Reader(Client):
    """Somebody who opens a page again and again, with the scripts and style sheets that it names."""

    def __init__(self, port: int, trust: ssl.SSLContext) -> None:
        super().__init__(port, trust)
        self.missing: list[str] = []

    def do_once(self) -> None:
        """Open the page, and ask for two of its files."""
        status, page = self.ask("/accounts/login/")
        for path in re.findall(r'"(/static/[^"]+\.(?:css|js))"', page.decode())[:2] if status == 200 else []:
            status, _ = self.ask(path)
            if status != 200:
                self.missing.append(path)
