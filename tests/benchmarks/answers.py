"""One answer through the one door, on histories of different lengths: its cost must not grow with them."""

from __future__ import annotations

import statistics
import time
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions import bank, kinds
from questions.models import Course
from quizzes import memory_upkeep, schedule
from quizzes.exams import load_exams
from quizzes.models import Presentation, Review
from quizzes.presentations import body_of
from tests.benchmarks.database import migrated
from tests.benchmarks.results import FULL
from tests.benchmarks.table import Row
from tests.logs import store_events

ANSWERS = 60
HISTORIES = (10, 1_000, 100_000) if FULL else (10, 10_000)
COURSE = Path(__file__).parent.parent.parent / "fixtures" / "regularization"


@dataclass
class Learner:
    """A student with a history, and how long each of their answers took."""

    student: User
    past: int
    times: list[float] = field(default_factory=list)
    queries: int = 0

    def answer(self) -> None:
        """Answer what comes next, or have more planned where nothing does."""
        queue = schedule.load_queue(self.student, limit=1)
        if not queue.presentations:
            schedule.plan_day(self.student, extra_seconds=600)
            return
        event = right_answer(queue.presentations[0])
        with CaptureQueriesContext(connection) as captured:
            begun = time.perf_counter()
            schedule.answer(self.student, event)
            self.times.append(time.perf_counter() - begun)
        self.queries = len(captured)

    def row(self, peer: Learner | None = None) -> Row:
        """Return the median beside that of a learner with a short history."""
        what, p99 = f"an answer after {self.past:,} events", statistics.quantiles(self.times, n=100)[98]
        note = f"{self.queries} queries, p99 {1e3 * p99:.1f} ms, {len(self.times)} answers"
        if peer is None:
            return Row(what, statistics.median(self.times), note=note)
        theirs = statistics.median(peer.times)
        return Row(what, statistics.median(self.times), f"after {peer.past:,}", theirs, note, at_most_times=1.5)


def rows() -> list[Row]:
    """The median answer after a short history and after long ones, in turn."""
    with migrated():
        course = bank.load_course(COURSE, seeds=20).course
        load_exams(course, COURSE)  # without a date ahead nothing more is due once enough is known
        first, *longer = [_learner(course, past) for past in HISTORIES]
        for _ in range(ANSWERS):
            for each in (first, *longer):
                each.answer()
    return [first.row(), *(each.row(first) for each in longer)]


def _learner(course: Course, past: int) -> Learner:
    student = User.objects.create_user(f"student-{past}")
    schedule.enrol(student, course)
    remember(student, past)
    return Learner(student, past)


def right_answer(presentation: Presentation) -> dict[str, Any]:
    """The right answer alone in a batch, which also practises what the item's concepts encompass."""
    now = timezone.now().isoformat()
    return {"device": str(uuid.uuid4()), "device_now": now, "events": [right_event(presentation, now)]}


def right_event(presentation: Presentation, at: str, duration_ms: int = 9000) -> dict[str, Any]:
    """The event of the right answer, given at an instant."""
    kind, body = kinds.get(presentation.version.kind), body_of(presentation.version)
    return {
        "id": str(uuid.uuid4()),
        "type": "review",
        "presentation": str(presentation.pk),
        "response": kind.reveal(body, presentation.answer).key,
        "occurred_at": at,
        "duration_ms": duration_ms,
    }


def remember(student: User, events: int) -> None:
    """A long history: as many facts in the log, and as many reviews spread over the cards."""
    schedule.load_queue(student)
    cards = list(student.cards.all())
    before = timezone.now() - timedelta(days=200)
    made = store_events(student, [before + timedelta(minutes=number) for number in range(1, events + 1)])
    lines = [Review(card=cards[at % len(cards)], event=event, rating=3, score=1.0) for at, event in enumerate(made)]
    Review.objects.bulk_create(lines, batch_size=500)
    memory_upkeep.rebuild(student)
