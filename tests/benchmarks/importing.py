"""Importing a long review history into the tiny course."""

import csv
import resource
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from django.db import connection

from examprep.models import User
from questions import bank
from quizzes import memory_upkeep, schedule
from quizzes.models import Card, Review, ReviewEvent
from tests.benchmarks.database import migrated
from tests.benchmarks.results import FULL
from tests.benchmarks.table import Row, seconds

REVIEWS = 100_000 if FULL else 20_000
COPIED = "its rows, copied by the database"
TINY = Path(__file__).parent.parent / "course"


def rows() -> list[Row]:
    """One review of the history: as a newcomer's, and when the file comes again."""
    with migrated(), tempfile.TemporaryDirectory() as folder:
        student = User.objects.create_user("newcomer")
        schedule.enrol(student, bank.load_course(TINY, seeds=20).course)
        schedule.ensure_cards(student)
        path = Path(folder) / "history.csv"
        _write(path, student)
        found = memory_upkeep.ImportReport()

        def bring() -> None:
            nonlocal found
            found = memory_upkeep.import_reviews(student, path)

        first = seconds(bring, REVIEWS, repeat=1)
        assert found.imported == REVIEWS
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        again = seconds(bring, REVIEWS, repeat=1)
        assert found.present == REVIEWS
        copied = seconds(_copy_rows, REVIEWS, repeat=1)
    note = f"{first * REVIEWS:.0f} s for {REVIEWS:,}, {memory} MiB at most"
    return [
        Row("import a review", first, COPIED, copied, note),
        Row("import it again", again, COPIED, copied, note=f"{again * REVIEWS:.0f} s for {REVIEWS:,}"),
    ]


def _copy_rows() -> None:
    """Have the database write again what was imported."""
    with connection.cursor() as cursor:
        for model in (ReviewEvent, Review):
            cursor.execute(f"CREATE TEMPORARY TABLE copy_of_{model.__name__} AS SELECT * FROM {model._meta.db_table}")


def _write(path: Path, student: User) -> None:
    cards = [
        f"{slug}:{facet}" for slug, facet in Card.objects.filter(student=student).values_list("item__slug", "facet")
    ]
    rng = np.random.default_rng(0)
    at = datetime(2023, 1, 1, tzinfo=UTC)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["item", "rating", "instant", "seconds"])
        for card, rating, gap in zip(
            rng.choice(cards, REVIEWS),
            rng.choice([1, 2, 3, 4], REVIEWS, p=[0.15, 0.1, 0.65, 0.1]),
            rng.integers(1, 1000, REVIEWS),
            strict=True,
        ):
            at += timedelta(seconds=int(gap))
            writer.writerow([card.rstrip(":"), rating, at.isoformat(), gap % 90])
