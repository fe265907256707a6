"""The room that an answer takes: what its tables hold for it, and their indexes, whatever the size of their pages."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

from django.db import connection
from django.utils import timezone

from examprep.models import User
from questions import bank
from quizzes import presentations, schedule
from quizzes.models import Card, Presentation, Review, ReviewEvent
from quizzes.presentations import Ask
from tests.benchmarks.answers import right_answer
from tests.benchmarks.database import migrated
from tests.benchmarks.table import Row

STUDENTS = 3
"""Each answers every question of the first course once."""
GOAL = 1200
POINTER = 4
"""Bytes by which a page of PostgreSQL points to a row."""
FILLED = 0.9
"""As far as its indexes fill their pages."""
TABLES = (Presentation, ReviewEvent, Review)
COURSE = Path(__file__).parent.parent.parent / "fixtures" / "regularization"


def rows() -> list[Row]:
    """Bytes an answer: rows without what updates leave behind, which the next ones fill, and indexes."""
    with migrated():
        course = bank.load_course(COURSE, seeds=20).course
        chance = random.Random(1)
        before = _sizes()
        for number in range(STUDENTS):
            student = User.objects.create_user(f"student-{number}")
            schedule.enrol(student, course)
            _answer_all(student, chance)
        after = _sizes()
        answers = ReviewEvent.objects.count()
    each = {name: (after[name] - before.get(name, 0)) / answers for name in after}
    note = ", ".join(f"{name} {size:.0f}" for name, size in each.items()) + f"; {answers} answers"
    return [Row("an answer on the disk", sum(each.values()), note=note, unit="B", at_most=GOAL)]


def _answer_all(student: User, chance: random.Random) -> None:
    """Answer each card, two of three times rightly, and else with what another right answer would be, or not at all."""
    schedule.ensure_cards(student)
    now = timezone.now() - timedelta(days=1)
    first = {card.item_id: card.pk for card in Card.objects.filter(student=student).order_by("item", "-facet")}
    for card in first.values():
        now += timedelta(seconds=1)
        for shown in presentations.present(student, [Ask(card)], now):
            batch = right_answer(shown)
            if chance.random() < 1 / 3:
                batch = {**batch, "events": [{**event, "response": {"dont_know": True}} for event in batch["events"]]}
            schedule.answer(student, batch)


def _sizes() -> dict[str, float]:
    """Bytes by what they are for."""
    sizes: dict[str, float] = {}
    with connection.cursor() as cursor:
        for model in TABLES:
            table = model._meta.db_table
            if connection.vendor == "sqlite":
                cursor.execute("VACUUM")
                cursor.execute(
                    "SELECT name, sum(pgsize - unused) FROM dbstat JOIN sqlite_schema USING (name)"
                    f" WHERE tbl_name = '{table}' GROUP BY name"
                )
            else:
                cursor.execute(f"SELECT coalesce(sum(pg_column_size(t) + {POINTER}), 0) FROM {table} t")
                sizes[table] = float(cursor.fetchone()[0])
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pgstattuple")
                cursor.execute(f"REINDEX TABLE {table}")
                cursor.execute(
                    f"SELECT indexrelid::regclass::text, (tuple_len + {POINTER} * tuple_count) / {FILLED}::float"
                    f" FROM pg_index, pgstattuple(indexrelid) WHERE indrelid = '{table}'::regclass"
                )
            sizes |= dict(cursor.fetchall())
    return sizes
