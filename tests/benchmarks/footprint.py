"""The memory of a real server's web worker over 10,000 requests of all kinds: pages, calls, answers and mocks.

What a worker keeps for later (texts and formulas that were set, each cache with a bound) it has after the first
thousands; from then on it is flat. Linux alone says how much memory a process has.
"""

from __future__ import annotations

import http.client
import json
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.utils import timezone

from examprep.models import User
from questions import bank, kinds
from questions.models import Course
from quizzes import exams, schedule
from quizzes.models import Exam, Presentation
from quizzes.presentations import body_of
from tests.benchmarks.database import migrated
from tests.benchmarks.results import FULL
from tests.benchmarks.server import log_in, serving
from tests.benchmarks.table import Row
from tests.courses import COURSE

REQUESTS = 10_000 if FULL else 2_000
LOOKS = 10
"""How often the memory is looked at."""
WARM = 5
"""Looks until what is kept for later is there."""
STUDENTS = 20
AT_ONCE = 4
TRIES = 10
PAGES = (
    *("/", "/today/", "/review/", "/review/summary/", "/progress/", "/exams/", "/exams/oa-1/", "/concepts/"),
    *("/lessons/", "/lessons/regularization/", "/search/?q=penalty", "/settings/", "/api/v1/queue/", "/api/v1/sync/"),
    *("/api/v1/progress/", "/api/v1/packs/?days=7", "/api/v1/concepts/", "/api/v1/exams/", "/api/v1/lessons/"),
)
MEBIBYTE = 1024
"""Kibibytes, in which Linux counts."""


class Student:
    """A browser: one connection, kept alive."""

    def __init__(self, number: int, port: int, course: Course) -> None:
        self.user = User.objects.create_user(f"student-{number}", daily_minutes=240)
        schedule.enrol(self.user, course)
        self.headers = {**log_in(self.user), "Content-Type": "application/json"}
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.requests = self._requests()

    def send(self, requests: int) -> None:
        """Send so many of the student's requests."""
        self.line.close()  # the server has hung up on who was silent; the next request connects anew
        for _ in range(requests):
            next(self.requests)

    def _requests(self) -> Iterator[None]:
        """Pages and calls in turn, an answer after each five, and now and then a mock."""
        while True:
            for at, page in enumerate(PAGES):
                self._call("GET", page)
                yield
                if at % 5 == 4:
                    yield from self._answer()
            yield from self._sit()

    def _answer(self) -> Iterator[None]:
        asked = self._call("GET", "/api/v1/queue/?limit=1")["results"]
        yield
        if not asked:
            return
        now = timezone.now().isoformat()
        event = {
            "id": str(uuid.uuid4()),
            "type": "review",
            "presentation": asked[0]["id"],
            "response": _key(asked[0]["id"]),
        }
        event |= {"occurred_at": now, "duration_ms": 9000}
        batch = {"device": str(uuid.uuid4()), "device_now": now, "events": [event]}
        (result,) = self._call("POST", "/api/v1/reviews/batch/", batch)["results"]
        assert result["status"] == "accepted", result
        yield

    def _sit(self) -> Iterator[None]:
        sitting = f"/api/v1/sittings/{self._call('POST', '/api/v1/exams/oa-1/sittings/', {})['id']}/"
        yield
        self._call("GET", sitting)
        yield
        self._call("POST", f"{sitting}submit/", {})
        yield

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request, again where the server says so; the JSON of its answer."""
        for _ in range(TRIES):
            self.line.request(method, path, None if body is None else json.dumps(body), self.headers)
            answer = self.line.getresponse()
            content = answer.read()
            if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
                break
            time.sleep(int(answer.getheader("Retry-After") or 1))
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
        return json.loads(content) if "json" in (answer.getheader("Content-Type") or "") else None


def _key(presentation: str) -> dict[str, Any]:
    asked = Presentation.objects.select_related("version").get(pk=presentation)
    return dict(kinds.get(asked.version.kind).reveal(body_of(asked.version), asked.answer).key)


def rows() -> list[Row]:
    """The worker's memory in the end, beside what it was when it was warm."""
    with migrated():
        course = bank.load_course(COURSE, seeds=20).course
        exams.load_exams(course, COURSE)
        Exam.objects.update(attempts=None)
        with serving(workers=1) as server:
            students = [Student(number, server.port, course) for number in range(STUDENTS)]
            (worker,) = server.workers()
            with ThreadPoolExecutor(AT_ONCE) as pool:
                sizes = []
                for _ in range(LOOKS):
                    list(pool.map(lambda student: student.send(REQUESTS // LOOKS // STUDENTS), students))
                    sizes.append(_resident(worker))
            assert server.workers() == [worker], "the worker was replaced"
    steps = ", ".join(f"{(look + 1) * REQUESTS // LOOKS:,}: {size:.0f}" for look, size in enumerate(sizes))
    warm = WARM * REQUESTS // LOOKS
    what = f"a web worker's memory after {REQUESTS:,} requests"
    return [Row(what, sizes[-1], f"after {warm:,}", sizes[WARM - 1], steps, unit="MiB", at_most_times=1.05)]


def _resident(pid: int) -> float:
    """Return the mebibytes of a process that are in memory."""
    (line,) = (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / MEBIBYTE
