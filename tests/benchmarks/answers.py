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
from questions import bank
from questions.models import Course
from quizzes import reviewing, scheduling
from quizzes.models import ReviewEvent
from tests.benchmarks.database import migrated
from tests.benchmarks.table import Row

ANSWERS = 60
TINY = Path(__file__).parent.parent / "course"


def rows() -> list[Row]:
    """The median answer after 10, 1,000 and 100,000 past events."""
    with migrated():
        course = bank.load_course(TINY, seeds=20).course
        return [_row(course, past) for past in (10, 1_000, 100_000)]


def _row(course: Course, past: int) -> Row:
    student = User.objects.create_user(f"student-{past}")
    scheduling.enrol(student, course)
    _remember(student, past)
    times, queries = [], 0
    for _ in range(ANSWERS):
        queue = scheduling.queue(student, limit=1)
        if not queue.presentations:
            scheduling.plan_day(student, extra_seconds=600)
            continue
        event = _event(str(queue.presentations[0].pk))
        with CaptureQueriesContext(connection) as captured:
            begun = time.perf_counter()
            reviewing.accept(student, event)
            times.append(time.perf_counter() - begun)
        queries = len(captured)
    times.sort()
    note = f"{queries} queries, p99 {1e3 * times[int(0.99 * len(times))]:.1f} ms, {len(times)} answers"
    return Row(f"an answer after {past:,} events", statistics.median(times), note=note)


def _event(presentation: str) -> dict[str, object]:
    now = timezone.now().isoformat()
    event = {"id": str(uuid.uuid4()), "type": "review", "presentation": presentation, "occurred_at": now}
    wrong = {"value": "17", "text": "no", "final": True, "choices": []}
    return {
        "device": str(uuid.uuid4()),
        "device_now": now,
        "events": [{**event, "response": wrong, "duration_ms": 9000}],
    }


def _remember(student: User, events: int) -> None:
    """A long history: as many facts in the log, and as many reviews spread over the cards."""
    scheduling.queue(student)
    cards = list(student.cards.all())
    before = timezone.now() - timedelta(days=200)
    made = [
        ReviewEvent(
            student=student,
            event_id=uuid.uuid4(),
            sequence=number,
            type="review",
            body_hash="0" * 64,
            device=uuid.UUID(int=1),
            card=cards[number % len(cards)],
            device_occurred_at=before + timedelta(minutes=number),
            occurred_at=before + timedelta(minutes=number),
            study_date=(before + timedelta(minutes=number)).date(),
            received_at=before,
        )
        for number in range(1, events + 1)
    ]
    ReviewEvent.objects.bulk_create(made, batch_size=500)
    student.journal.last_sequence = events
    student.journal.save()
