"""Grading anew all answers to a question whose key was wrong: marks, lines of the log, and memory states."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.db import connection
from django.utils import timezone

from examprep.models import User
from questions import bank, kinds
from questions.models import Correction, Item, ItemVersion
from quizzes.exams import corrections
from quizzes.models import Card, ChangeLog, Presentation, Regrading, Review, ReviewEvent
from quizzes.presentations.drawing import opaque_ids
from tests.benchmarks.database import migrated
from tests.benchmarks.results import FULL
from tests.benchmarks.table import Row, seconds

SLUG = "penalty-target"
SIZES = (100_000, 1_000_000) if FULL else (2_000, 8_000)
"""Answers; the slope between the two tells whether more cost more each."""
GOAL = 60e-6
"""Seconds an answer: a million within a minute, of marks and states; plans follow in the night."""
EACH = 20
"""Answers of a student: the same question, every third day."""
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
                cursor.execute("ANALYZE")
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
            f"which {done.answers:,} count otherwise; the rest are of neither key"
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
    """Store answers as `accept` would have."""
    kind, body = kinds.get(version.kind), kinds.parse(version.kind, version.body)
    begin = timezone.now() - timedelta(days=3 * EACH)
    for first in range(0, size // EACH, 500):
        students = User.objects.bulk_create(
            User(username=f"student-{number}") for number in range(first, min(first + 500, size // EACH))
        )
        ChangeLog.objects.bulk_create(
            ChangeLog(student=student, next_day_at=begin, last_sequence=EACH) for student in students
        )
        cards = Card.objects.bulk_create(Card(student=student, item_id=version.item_id) for student in students)
        put, events, responses = [], [], []
        for card in cards:
            for number in range(EACH):
                pk, at = uuid.uuid4(), begin + timedelta(days=3 * number)
                presented = kind.present(body, seed=number, identity="bench:1", opaque=opaque_ids(pk))
                put.append(
                    Presentation(
                        id=pk,
                        student_id=card.student_id,
                        card=card,
                        version=version,
                        seed=number,
                        facets=[""],
                        answer=presented.answer,
                        guess_rate=1 / 3,
                        created_at=at,
                        closed_at=at,
                    )
                )
                put[-1].prompt = presented.prompt
                chosen = CHOSEN[(card.student_id + number) % len(CHOSEN)]
                response = {"choice": opaque_ids(pk)(f"choice:{chosen}")}
                responses.append((at, response, float(chosen == 0)))
        Presentation.objects.bulk_create(put, batch_size=2000)
        for number, (shown, (at, response, score)) in enumerate(zip(put, responses, strict=True)):
            rating = "good" if score else "again"
            events.append(
                ReviewEvent(
                    student_id=shown.student_id,
                    event_id=uuid.uuid4(),
                    sequence=number % EACH + 1,
                    type="review",
                    body_hash="0" * 20,
                    presentation=shown,
                    response=response,
                    duration_ms=20_000,
                    device=uuid.UUID(int=1),
                    device_occurred_at=at,
                    occurred_at=at,
                    study_date=at.date(),
                    received_at=at,
                    score=score,
                    grade={"rating": rating, "score": score, "correct": bool(score), "feedback": [], "cards": []},
                )
            )
        ReviewEvent.objects.bulk_create(events, batch_size=2000)
        Review.objects.bulk_create(
            [
                Review(card_id=shown.card_id, event=event, rating=3 if event.score else 1, score=event.score or 0.0)
                for shown, event in zip(put, events, strict=True)
            ],
            batch_size=2000,
        )
