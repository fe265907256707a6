"""What an app calls, through the whole service in one process: one question beside twenty, 500 answers at once.

The queue is counted in this thread's processor time, a batch by the clock, with what its database takes.
"""

from __future__ import annotations

import json
import statistics
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.test import Client, override_settings
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Course
from quizzes import schedule
from quizzes.presentations import Ask, present
from tests.benchmarks.answers import COURSE, right_event
from tests.benchmarks.database import migrated
from tests.benchmarks.requests import STATIC
from tests.benchmarks.school import add_items
from tests.benchmarks.table import Row

ITEMS, BATCH = 520, 500
ASKED, BATCHES = 60, 6
"""How often the queue is asked for, and how many batches of each sort are sent; the first of each is not counted."""


def rows() -> list[Row]:
    """The medians."""
    storages = {**settings.STORAGES, "staticfiles": {"BACKEND": STATIC}}
    with migrated(), override_settings(ALLOWED_HOSTS=["testserver"], STORAGES=storages, SECURE_SSL_REDIRECT=False):
        course = bank.load_course(COURSE, seeds=20).course
        queues = _ask_for_queues(_client_of(_enrol("asked", course)))
        add_items(course, ITEMS, list(course.items.values_list("slug", flat=True)))
        student = _enrol("offline", course)
        return [*queues, *_send_batches(student, _client_of(student))]


def _enrol(name: str, course: Course) -> User:
    """Return a new student of the course, with a plan; all that they do before now is of one study day."""
    next_hour = (timezone.now().hour + 1) % 24
    student = User.objects.create_user(name, daily_minutes=60, day_rollover_hour=next_hour)
    schedule.enrol(student, course)
    schedule.plan_day(student)
    return student


def _client_of(student: User) -> Client:
    client = Client(headers={"Accept-Encoding": "gzip"})
    client.force_login(student)
    return client


def _ask_for_queues(client: Client) -> list[Row]:
    one, twenty = _medians([partial(client.get, f"/api/v1/queue/?limit={limit}") for limit in (1, 20)])
    return [Row("queue/?limit=1", one, "limit=20", twenty, at_most_times=0.6)]


def _medians(calls: list[Callable[[], Any]]) -> list[float]:
    """Processor seconds of each call, which take turns."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(ASKED):
        for call, taken in zip(calls, times, strict=True):
            begun = time.thread_time()
            assert call().status_code == 200
            taken.append(time.thread_time() - begun)
    return [statistics.median(taken[1:]) for taken in times]


def _send_batches(student: User, client: Client) -> list[Row]:
    times: dict[int, list[float]] = {0: [], 1: []}
    sizes: dict[int, int] = {}
    for number in range(2 * BATCHES):
        quiet = number % 2
        batch = _batch(student, timezone.now() - timedelta(hours=2 * BATCHES - number))
        begun = time.perf_counter()
        answer = client.post(f"/api/v1/reviews/batch/?quiet={quiet}", batch, content_type="application/json")
        times[quiet].append(time.perf_counter() - begun)
        assert answer.status_code == 200
        sizes[quiet] = len(answer.content)
    taken = {quiet: statistics.median(seconds[1:]) for quiet, seconds in times.items()}
    return [
        Row(f"{BATCH} answers at once, quiet", taken[1], "not quiet", taken[0], at_most=0.6),
        Row("what that answers, compressed", sizes[1] / 1000, "not quiet", sizes[0] / 1000, unit="kB", at_most=40),
    ]


def _batch(student: User, begins: datetime) -> str:
    """Right answers to 500 questions of all kinds that nobody has answered yet: one after the other, of an hour."""
    cards = {card.item_id: card for card in student.cards.order_by("pk")}
    asked = present(student, [Ask(card.pk, (card.facet,)) for card in cards.values()], begins)[:BATCH]
    assert len(asked) == BATCH
    times = [(begins + timedelta(seconds=7 * at)).isoformat() for at in range(BATCH)]
    events = [right_event(presentation, at, 7000) for presentation, at in zip(asked, times, strict=True)]
    return json.dumps({"device": str(uuid.uuid4()), "device_now": timezone.now().isoformat(), "events": events})
