"""One answer through the one door, on histories of different lengths: its cost must not grow with them."""

import statistics
import time
import uuid
from datetime import timedelta
from pathlib import Path

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


def rows() -> list[Row]:
    """The median answer after a short history and after long ones."""
    with migrated():
        course = bank.load_course(COURSE, seeds=20).course
        load_exams(course, COURSE)  # without a date ahead nothing more is due once enough is known
        (_, short, note), *longer = (_answers(course, past) for past in HISTORIES)
    first = Row(f"an answer after {HISTORIES[0]:,} events", short, note=note)
    peer = f"after {HISTORIES[0]:,}"
    return [
        first,
        *(
            Row(f"an answer after {past:,} events", each, peer, short, note, at_most_times=1.5)
            for past, each, note in longer
        ),
    ]


def _answers(course: Course, past: int) -> tuple[int, float, str]:
    """Return the history's length, the median seconds of an answer, and a note."""
    student = User.objects.create_user(f"student-{past}")
    schedule.enrol(student, course)
    remember(student, past)
    times, queries = [], 0
    for _ in range(ANSWERS):
        queue = schedule.load_queue(student, limit=1)
        if not queue.presentations:
            schedule.plan_day(student, extra_seconds=600)
            continue
        event = _event(queue.presentations[0])
        with CaptureQueriesContext(connection) as captured:
            begun = time.perf_counter()
            schedule.answer(student, event)
            times.append(time.perf_counter() - begun)
        queries = len(captured)
    times.sort()
    note = f"{queries} queries, p99 {1e3 * times[int(0.99 * len(times))]:.1f} ms, {len(times)} answers"
    return past, statistics.median(times), note


def _event(presentation: Presentation) -> dict[str, object]:
    """The right answer, which also practises what the item's concepts encompass."""
    now = timezone.now().isoformat()
    kind, body = kinds.get(presentation.version.kind), body_of(presentation.version)
    event = {
        "id": str(uuid.uuid4()),
        "type": "review",
        "presentation": str(presentation.pk),
        "response": kind.reveal(body, presentation.answer).key,
        "occurred_at": now,
        "duration_ms": 9000,
    }
    return {"device": str(uuid.uuid4()), "device_now": now, "events": [event]}


def remember(student: User, events: int) -> None:
    """A long history: as many facts in the log, and as many reviews spread over the cards."""
    schedule.load_queue(student)
    cards = list(student.cards.all())
    before = timezone.now() - timedelta(days=200)
    made = store_events(student, [before + timedelta(minutes=number) for number in range(1, events + 1)])
    lines = [Review(card=cards[at % len(cards)], event=event, rating=3, score=1.0) for at, event in enumerate(made)]
    Review.objects.bulk_create(lines, batch_size=500)
    memory_upkeep.rebuild(student)
