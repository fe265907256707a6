"""Cards come due beside a day that was kept as the calendar now has it: those of the next day when that day is over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from quizzes.calendar import StudyDay, day_begins

AGAIN = 1
"""The rating of what was forgotten, which comes back after minutes, whatever the day."""
NEAR = 3
"""Days from a day that was kept beyond which no change of zone and hour reaches."""


@dataclass(frozen=True)
class Clock:
    """The settings of a student's study day."""

    zone: ZoneInfo
    day_rollover_hour: int
    kept_day: StudyDay | None = None


def move(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Move due dates that go by the student's clock alone, in a transaction for each student who kept a day."""
    students = apps.get_model("examprep", "User").objects.filter(kept_date__isnull=False).order_by("pk")
    columns = ("pk", "time_zone", "day_rollover_hour", "kept_date", "kept_from", "kept_until")
    for pk, zone, hour, *kept in students.values_list(*columns).iterator(chunk_size=1000):
        if moves := find_moves(Clock(ZoneInfo(zone), hour), StudyDay(*kept)):
            _move_cards(apps, pk, moves)


def find_moves(clock: Clock, kept: StudyDay) -> dict[datetime, datetime]:
    """Return when study days near the kept one begin, by when they would by the clock alone, where that differs."""
    beside = replace(clock, kept_day=kept)
    days = [kept.date + timedelta(days=number) for number in range(-NEAR, NEAR + 1)]
    moves = {day_begins(clock, day): day_begins(beside, day) for day in days}
    return {before: after for before, after in moves.items() if before != after}


@transaction.atomic
def _move_cards(apps: StateApps, student: int, moves: dict[datetime, datetime]) -> None:
    log = apps.get_model("quizzes", "ChangeLog").objects.select_for_update().filter(student=student).first()
    Card = apps.get_model("quizzes", "Card")
    cards = list(Card.objects.filter(student=student, due_at__in=moves).exclude(last_rating=AGAIN))
    if not log or not cards:
        return
    for card in cards:
        card.due_at = moves[card.due_at]
        if card.sequence:  # else no client is told of it
            log.last_sequence += 1
            card.sequence = log.last_sequence
    Card.objects.bulk_update(cards, ["due_at", "sequence"], batch_size=500)
    log.save(update_fields=["last_sequence"])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("examprep", "0002_days_that_were_kept"),
        ("quizzes", "0044_own_exam_dates"),
    ]

    operations = [migrations.RunPython(move, migrations.RunPython.noop, elidable=True)]
