"""Rebuilding all memory states from the log."""

import resource
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Item
from quizzes import memory_upkeep
from quizzes.models import Card, Review, ReviewEvent
from tests.benchmarks.database import migrated
from tests.benchmarks.results import FULL
from tests.benchmarks.table import Row, seconds

STUDENTS, CARDS, REVIEWS = 100 if FULL else 5, 1000, 10
TINY = Path(__file__).parent.parent / "course"


def rows() -> list[Row]:
    """One review of the log; the second rebuild must find nothing to change."""
    with migrated():
        bank.load_course(TINY, seeds=20)
        item = Item.objects.all()[0]
        rng = np.random.default_rng(0)
        for number in range(STUDENTS):
            _remember(User.objects.create_user(f"student-{number}"), item, rng)
        memory_upkeep.rebuild()
        found = memory_upkeep.RebuildReport()

        def again() -> None:
            nonlocal found
            found = memory_upkeep.rebuild()

        each = seconds(again, STUDENTS * CARDS * REVIEWS, repeat=1)
        sent = seconds(lambda: list(Review.objects.values_list()), STUDENTS * CARDS * REVIEWS, repeat=2)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    note = f"{each * found.reviews:.0f} s for {found.reviews:,}, {found.different} differences, {memory} MiB at most"
    return [Row("rebuild a review", each, "its row, read as a tuple", sent, note)]


def _remember(student: User, item: Item, rng: np.random.Generator) -> None:
    cards = Card.objects.bulk_create(
        [Card(student=student, item=item, facet=f"f{number}") for number in range(CARDS)], batch_size=1000
    )
    now, begin = timezone.now(), datetime(2026, 1, 1, tzinfo=UTC)
    total = CARDS * REVIEWS
    minutes = rng.integers(0, 200 * 24 * 60, total)
    ratings = rng.choice([1, 2, 3, 4], total, p=[0.15, 0.1, 0.65, 0.1])
    events = [
        ReviewEvent(
            student=student,
            event_id=uuid.uuid4(),
            sequence=number + 1,
            type="review",
            body_hash="0" * 64,
            device=uuid.UUID(int=1),
            device_occurred_at=at,
            occurred_at=at,
            study_date=at.date(),
            received_at=now,
        )
        for number, at in enumerate(begin + timedelta(minutes=int(each)) for each in minutes)
    ]
    ReviewEvent.objects.bulk_create(events, batch_size=2000)
    Review.objects.bulk_create(
        [
            Review(card=cards[number % CARDS], event=event, rating=int(ratings[number]), score=1.0)
            for number, event in enumerate(events)
        ],
        batch_size=2000,
    )
