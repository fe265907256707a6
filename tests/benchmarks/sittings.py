"""200 students sit the mock at once against a real server: autosaves beside a bare insert, and no lost answer.

The clients share the machine's cores with the server. Every student waits between calls as one who thinks, so that
the rate is twice that of 200 students who each save every ten seconds.
"""

from __future__ import annotations

import http.client
import itertools
import json
import random
import statistics
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.db import connection

from examprep.models import User
from questions import bank, kinds
from quizzes import exams, schedule
from quizzes.models import ReviewEvent, Sitting, Slot
from quizzes.presentations import body_of
from tests.benchmarks.database import migrated
from tests.benchmarks.results import FULL
from tests.benchmarks.server import log_in, serving
from tests.benchmarks.table import Row
from tests.benchmarks.urls import CREATE

STUDENTS, SITTING = 200, 120.0 if FULL else 40.0
"""How many students, and for how many seconds they sit."""
THINKING = 5.0
"""Mean seconds between two calls of a student: exponential, as independent students are."""
TRIES = 10
LOOKING = 4
"""Saves after which a page asks how things stand."""
COURSE = Path(__file__).parent.parent.parent / "fixtures" / "regularization"


class Student(threading.Thread):
    """A browser: one connection, kept alive, and what the server has acknowledged."""

    def __init__(self, number: int, port: int, headers: dict[str, str], begin: threading.Barrier) -> None:
        super().__init__(daemon=True)
        self.random = random.Random(number)
        self.port, self.begin = port, begin
        self.headers = {**headers, "Content-Type": "application/json"}
        self.line: http.client.HTTPConnection | None = None
        self.times: dict[str, list[float]] = defaultdict(list)
        self.failures: list[str] = []
        self.put_off = 0
        self.acknowledged: dict[int, tuple[Any, int]] = {}
        self.sitting = ""
        self.keys: dict[int, Any] = {}
        self.error: BaseException | None = None

    def call(self, what: str, method: str, path: str, body: Any = None) -> Any:
        """Send a request, again where the connection is gone or the server says so, and note how long it took."""
        text = None if body is None else json.dumps(body)
        for _ in range(TRIES):
            if self.line is None:
                self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            begun = time.perf_counter()
            try:
                self.line.request(method, f"/api/v1/{path}", text, self.headers)
                answer = self.line.getresponse()
                text_back = answer.read().decode()
            except (http.client.HTTPException, OSError):
                self.line.close()
                self.line = None
                continue
            if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
                self.put_off += 1
                time.sleep(int(answer.getheader("Retry-After") or 1))
                continue
            self.times[what].append(time.perf_counter() - begun)
            is_json = "json" in (answer.getheader("Content-Type") or "")
            document = json.loads(text_back) if is_json else text_back[:300]
            if answer.status >= 400:
                self.failures.append(f"{what}: {answer.status} {document}")
            return document
        self.failures.append(f"{what}: no answer")
        return None

    def run(self) -> None:
        try:
            self.begin.wait()
            self.sitting = self.call("open", "POST", "exams/oa-1/sittings/", {})["id"]
            self.begin.wait()
            self.begin.wait()  # meanwhile the keys were read, to have something to answer
            end = time.monotonic() + SITTING
            for number in itertools.count():
                self.think()
                if time.monotonic() > end:
                    break
                self.save()
                self.think()
                self.call("bare", "PUT", "bare/", {"response": {"value": "0.5"}, "rev": number})
                if number % LOOKING == LOOKING - 1:
                    self.call("look", "GET", f"sittings/{self.sitting}/")
            self.begin.wait()
            time.sleep(self.random.uniform(0, 5))
            self.call("submit", "POST", f"sittings/{self.sitting}/submit/", {})
        except BaseException as error:
            self.error = error
            self.begin.abort()

    def think(self) -> None:
        time.sleep(self.random.expovariate(1 / THINKING))

    def save(self) -> None:
        slot = self.random.choice(list(self.keys))
        response, rev = self.acknowledged.get(slot, (None, 0))
        given = None if response is not None and self.random.random() < 0.3 else self.keys[slot]
        path = f"sittings/{self.sitting}/answers/{slot}/"
        answer = self.call("save", "PUT", path, {"response": given, "rev": rev})
        if answer and "rev" in answer and "saved_at" in answer:
            self.acknowledged[slot] = given, answer["rev"]


def rows() -> list[Row]:
    """p95 of an autosave beside that of a bare insert in the same server, at the same time and rate."""
    with migrated():
        course = bank.load_course(COURSE, seeds=20).course
        exams.load_exams(course, COURSE)
        headers = [_enrol(number, course) for number in range(STUDENTS)]
        with connection.cursor() as cursor:
            cursor.execute(CREATE)
        begin = threading.Barrier(STUDENTS + 1)
        with serving() as server:
            students = [Student(number, server.port, each, begin) for number, each in enumerate(headers)]
            for student in students:
                student.start()
            try:
                begin.wait()
                opening = _timed(begin.wait)
                _read_keys(students)
                begin.wait()
                sitting = _timed(begin.wait)
            except threading.BrokenBarrierError:
                raise RuntimeError(_what_went_wrong(students)) from None
            closing = _timed(lambda: _join(students))
        lost = _lost(students)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE benchmark_bare")
    failures = [failure for student in students for failure in student.failures]
    put_off = sum(student.put_off for student in students)
    for failure in failures[:5]:
        print(failure, file=sys.stderr)
    times: dict[str, list[float]] = defaultdict(list)
    for student in students:
        for what, spent in student.times.items():
            times[what] += spent
    calls = sum(len(times[what]) for what in ("save", "bare", "look"))
    note = (
        f"p50 {_ms(times['save'], 50)} beside {_ms(times['bare'], 50)}, p99 {_ms(times['save'], 99)} beside"
        f" {_ms(times['bare'], 99)}; {len(times['save'])} saves, {calls / sitting:.0f} calls/s,"
        f" {put_off} told to come again, {len(failures)} failures, {lost} lost answers;"
        f" {STUDENTS} opened in {opening:.0f} s (p95 {_ms(times['open'], 95)}),"
        f" handed in within {closing:.0f} s (p95 {_ms(times['submit'], 95)})"
    )
    ours, theirs = (_percentile(times[what], 95) for what in ("save", "bare"))
    return [Row("p95 of an autosave", ours, "a bare insert", theirs, note)]


def _enrol(number: int, course: Any) -> dict[str, str]:
    student = User.objects.create_user(f"student-{number}")
    schedule.enrol(student, course)
    return log_in(student)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _what_went_wrong(students: list[Student]) -> str:
    failures = [failure for student in students for failure in student.failures]
    errors = [repr(student.error) for student in students if student.error]
    return "\n".join([*failures[:3], *errors[:3]])


def _join(students: list[Student]) -> None:
    for student in students:
        student.join()


def _read_keys(students: list[Student]) -> None:
    """What is right in each slot: answers of the right shape."""
    keys: dict[str, dict[int, Any]] = defaultdict(dict)
    for slot in Slot.objects.select_related("presentation__version"):
        version = slot.presentation.version
        revealed = kinds.get(version.kind).reveal(body_of(version), slot.presentation.answer)
        keys[str(slot.sitting_id)][slot.number] = revealed.key
    for student in students:
        student.keys = keys[student.sitting]


def _lost(students: list[Student]) -> int:
    """Acknowledged answers that are not there as acknowledged, were not graded, or are not one review each."""
    lost = 0
    slots = {(str(slot.sitting_id), slot.number): slot for slot in Slot.objects.all()}
    for student in students:
        if student.error:
            raise student.error
        for number, (response, rev) in student.acknowledged.items():
            slot = slots[student.sitting, number]
            kept = (slot.response, slot.rev) == (response, rev)
            lost += not (kept and slot.score == (0.0 if response is None else 1.0))
    answered = sum(slot.response is not None for slot in slots.values())
    lost += abs(answered - ReviewEvent.objects.filter(type="review").count())
    return lost + Sitting.objects.exclude(state="submitted").count()


def _percentile(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]


def _ms(times: list[float], percent: int) -> str:
    return f"{1e3 * _percentile(times, percent):.0f} ms"
