"""Students review at once against a real server: how long an answer takes, and that none is lost.

With BENCH=full as many as a school has, each of whom answers once in 20 seconds; else a quarter of them, four times as
often, which asks the same of the server. The clients share the machine's cores with the server.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import statistics
import threading
import time
import uuid
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.db import connection
from django.utils import timezone

from examprep.models import User
from questions import bank, kinds
from quizzes import exams, schedule
from quizzes.models import Presentation, ReviewEvent
from quizzes.presentations import body_of
from tests.benchmarks.database import migrated
from tests.benchmarks.results import FULL
from tests.benchmarks.server import log_in, serving
from tests.benchmarks.table import Row
from tests.courses import COURSE

SCHOOL = {"sqlite": 400, "postgresql": 1_000}
"""Students who answer once in `PAUSE` seconds."""
PAUSE = 20.0
FASTER = 1 if FULL else 4
ANSWERS = 3 if FULL else 5
"""Of each student."""
GOAL = 0.3
"""Seconds within which 95 of 100 answers are in."""
TRIES = 10


class Student(threading.Thread):
    """A browser: one connection, kept alive, and the answers that it is to send."""

    def __init__(self, number: int, port: int, user: User, begin: threading.Barrier) -> None:
        super().__init__(daemon=True)
        self.random, self.port, self.begin = random.Random(number), port, begin
        self.headers = {**log_in(user), "Content-Type": "application/json"}
        self.events = [_event(asked) for asked in schedule.load_queue(user, limit=ANSWERS).presentations]
        self.line = self._connect()
        self.times: list[float] = []
        self.put_off = 0
        self.failures: list[str] = []

    def run(self) -> None:
        """Answer at even pauses, from some moment of the first on."""
        self.begin.wait()
        pause = PAUSE / FASTER
        due = time.monotonic() + self.random.uniform(0, pause)
        for event in self.events:
            time.sleep(max(due - time.monotonic(), 0))
            due += pause
            self._send(event)

    def _send(self, event: dict[str, Any]) -> None:
        now = timezone.now().isoformat()
        batch = {"device": str(uuid.uuid4()), "device_now": now, "events": [{**event, "occurred_at": now}]}
        begun = time.perf_counter()
        for _ in range(TRIES):
            try:
                self.line.request("POST", "/api/v1/reviews/batch/", json.dumps(batch), self.headers)
                answer = self.line.getresponse()
                body = answer.read()
            except (http.client.HTTPException, OSError):
                self.line.close()
                self.line = self._connect()
                continue
            if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
                self.put_off += 1
                time.sleep(int(answer.getheader("Retry-After") or 1))
                continue
            break
        self.times.append(time.perf_counter() - begun)
        if answer.status != HTTPStatus.OK or json.loads(body)["results"][0]["status"] not in ("accepted", "duplicate"):
            self.failures.append(f"{answer.status} {body[:200]!r}")

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)


def _event(asked: Presentation) -> dict[str, Any]:
    """The right answer to a question."""
    version = asked.version
    key = kinds.get(version.kind).reveal(body_of(version), asked.answer).key
    return {
        "id": str(uuid.uuid4()),
        "type": "review",
        "presentation": str(asked.pk),
        "response": key,
        "duration_ms": 9000,
    }


def rows() -> list[Row]:
    """The time in which 95 of 100 answers are in, and the median."""
    school = SCHOOL[connection.vendor]
    with migrated():
        course = bank.load_course(COURSE, seeds=20).course
        exams.load_exams(course, COURSE)
        users = [User.objects.create_user(f"student-{number}", daily_minutes=240) for number in range(school // FASTER)]
        for user in users:
            schedule.enrol(user, course)
        schedule.plan_days([user.pk for user in users])
        begin = threading.Barrier(len(users) + 1)
        with serving(workers=2) as server:
            students = [Student(number, server.port, user, begin) for number, user in enumerate(users)]
            load = os.getloadavg()[0]
            _answer_all(students, begin)
        sent = sum(len(student.events) for student in students)
        stored = ReviewEvent.objects.filter(type="review").count()
    failures = [failure for student in students for failure in student.failures]
    if failures or stored != sent:
        raise RuntimeError(f"{sent} answers sent, {stored} stored; {failures[:3]}")
    times = sorted(seconds for student in students for seconds in student.times)
    put_off, at_once = sum(student.put_off for student in students), f"{school:,} students, one answer in 20 s each"
    p95, p99 = (statistics.quantiles(times, n=100)[part] for part in (94, 98))
    note = f"p99 {1e3 * p99:.0f} ms, longest {1e3 * times[-1]:.0f} ms; {put_off} put off; load before {load:.1f}"
    return [
        Row(f"95 of 100 answers, {at_once}", p95, note=note, at_most=GOAL),
        Row(f"the median, {at_once}", statistics.median(times), note=f"{sent:,} answers"),
    ]


def _answer_all(students: Sequence[Student], begin: threading.Barrier) -> None:
    for student in students:
        student.start()
    begin.wait()
    for student in students:
        student.join()
