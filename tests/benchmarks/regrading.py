"""Grading anew all answers to a question whose key was wrong: marks, lines of the log, and memory states."""

from __future__ import annotations

import random
import secrets
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection
from django.utils import timezone

from examprep.models import User
from questions import bank, kinds
from questions.models import Correction, Item, ItemVersion
from quizzes.exams import corrections
from quizzes.models import Card, ChangeLog, Presentation, Regrading, Review, ReviewEvent, insert_rows
from quizzes.presentations import draw
from tests.benchmarks.database import migrated
from tests.benchmarks.results import FULL
from tests.benchmarks.table import Row, seconds

SLUG = "penalty-target"
SIZES = (100_000, 1_000_000) if FULL else (4_000, 32_000)
"""Answers; the slope between the two tells whether more cost more each. The larger are shared out to two workers."""
MILLION = 1_000_000
GOAL = 60 / MILLION
"""Seconds an answer: a million within a minute, of marks and states; plans follow in the night."""
EACH = 50
"""Answers of a student: the same question, every third day."""
CHOICES = ("choice:0", "choice:1", "choice:2")
CHOSEN = (0, 0, 1, 1, 2)
"""Of five answers two are the choice that the key calls right, two the one that is right, and one is neither."""
WORKER = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "examprep.settings")
import django
django.setup()
from django.db import connection
from quizzes.exams import corrections
connection.ensure_connection()
print("ready", flush=True)
sys.stdin.read()
corrections.regrade_waiting()
"""
AT_ONCE = 10_000
"""Answers that are stored together."""
PUT = (
    "id",
    "student",
    "card",
    "version",
    "seed",
    "facets",
    "packed_prompt",
    "answer",
    "guess_rate",
    "created_at",
    "closed_at",
)
EVENT = (
    *("student", "event_id", "sequence", "type", "body_hash", "presentation", "response", "duration_ms", "device"),
    *("device_occurred_at", "occurred_at", "study_date", "received_at", "score", "grade"),
)
TINY = Path(__file__).parent.parent / "course"


def rows() -> list[Row]:
    """An answer, at both sizes: four of five count otherwise, and each student's card is folded anew."""
    shown = []
    for size in SIZES:
        with migrated():
            bank.load_course(TINY, seeds=20)
            version = Item.objects.select_related("published").get(slug=SLUG).published
            assert version is not None
            _answer(version, size)
            with connection.cursor() as cursor:
                # A log of months was vacuumed long ago.
                cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
            better = _publish_corrected()
            correction = Correction(
                version=version, rule="version", by_version=better, why="Wrong.", made_at=timezone.now()
            )
            corrections.apply(correction, timezone.now())
            with _second_worker() as go:
                begun, worked = time.perf_counter(), time.process_time()
                go()
                corrections.regrade(version.pk)
            took, ours = time.perf_counter() - begun, time.process_time() - worked
            done = Regrading.objects.get(version=version)
            assert done.done_at
            read = seconds(lambda: list(ReviewEvent.objects.values_list("pk", "response", "score")), size, repeat=1)
        what, goal = f"regrade an answer of {size:,}", GOAL if connection.vendor == "postgresql" else None
        workers = 2 if connection.vendor == "postgresql" else 1
        note = (
            f"{took:.1f} s for {size:,} by {workers} worker{'s' * (workers > 1)} (this one's own {ours:.1f} s), of "
            f"which {done.answers:,} count otherwise; the rest are of neither key; "
            f"{took / size * MILLION:.0f} s for {MILLION:,} at that"
        )
        shown.append(Row(what, took / size, "its row, read as a tuple", read, note, at_most=goal))
    return shown


@contextmanager
def _second_worker() -> Iterator[Callable[[], None]]:
    """Another worker that is up and waits to be told to begin, and is done at the end; SQLite has one writer."""
    if connection.vendor != "postgresql":
        yield lambda: None
        return
    command = [sys.executable, "-c", WORKER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdin
        assert worker.stdout
        worker.stdout.readline()
        yield worker.stdin.close
        worker.wait()
    assert worker.returncode == 0


def _publish_corrected() -> ItemVersion:
    item = Item.objects.get(slug=SLUG)
    first, second, *others = item.draft["choices"]
    choices = [{"text": first["text"], "because": "No."}, {"text": second["text"], "correct": True}, *others]
    item.draft = {**item.draft, "choices": choices}
    item.save()
    return bank.publish(item, seeds=20)


def _answer(version: ItemVersion, size: int) -> None:
    """Store answers as `accept` would have; where one stands in for many, nothing looks at it when they are graded.

    They are stored in the order of time, as a log is: on each day the students answer one among the other.
    """
    begin = timezone.now() - timedelta(days=3 * EACH)
    students = User.objects.bulk_create(User(username=f"student-{number}") for number in range(size // EACH))
    ChangeLog.objects.bulk_create(
        ChangeLog(student=student, next_day_at=begin, last_sequence=EACH) for student in students
    )
    cards = Card.objects.bulk_create(Card(student=student, item_id=version.item_id) for student in students)
    shown = draw(version, uuid.uuid4(), range(1))
    assert shown
    order = random.Random(0)
    for day in range(EACH):
        order.shuffle(cards)
        for first in range(0, len(cards), AT_ONCE):
            some = cards[first : first + AT_ONCE]
            _answer_on(day, begin + timedelta(days=3 * day), version, shown.packed_prompt, some)


def _answer_on(day: int, at: datetime, version: ItemVersion, prompt: object, cards: Sequence[Card]) -> None:
    """Store an answer about each card."""
    kind, body = kinds.get(version.kind), kinds.parse(version.kind, version.body)
    grades = {
        score: {"rating": rating, "score": score, "correct": bool(score), "feedback": [], "cards": []}
        for score, rating in ((0.0, "again"), (1.0, "good"))
    }
    put: list[tuple[object, ...]] = []
    events: list[tuple[object, ...]] = []
    lines: list[tuple[uuid.UUID, float]] = []
    for card in cards:
        pk, names = uuid.uuid4(), [secrets.token_hex(6) for _ in CHOICES]
        named = dict(zip(CHOICES, names, strict=True))
        presented = kind.present(body, seed=day, identity="bench:1", opaque=named.__getitem__)
        whose, drawn = (pk, card.student_id, card.pk, version.pk), (day, [""], prompt)
        put.append((*whose, *drawn, presented.answer, 1 / len(names), at, at))
        chosen = CHOSEN[(card.student_id + day) % len(CHOSEN)]
        score = float(chosen == 0)
        said = ({"choice": names[chosen]}, 20_000, uuid.UUID(int=1), at, at, at.date(), at, score, grades[score])
        events.append((card.student_id, uuid.uuid4(), day + 1, "review", "0" * 20, pk, *said))
        lines.append((card.pk, score))
    insert_rows(Presentation, PUT, put)
    keys = insert_rows(ReviewEvent, EVENT, events)
    told = [(card, key, 3 if score else 1, score) for key, (card, score) in zip(keys, lines, strict=True)]
    insert_rows(Review, ("card", "event", "rating", "score"), told)
