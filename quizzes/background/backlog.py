"""What waits for a worker, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from quizzes.background.outbox import ready_jobs
from quizzes.models import ChangeLog, Job


@dataclass(frozen=True)
class Late:
    """Seconds since the oldest job that waits was to begin, and since the oldest study day without a plan began."""

    oldest_job: float
    oldest_unplanned: float


def load_late(now: datetime) -> Late:
    """What is late; two queries, each for one row."""
    begun = ChangeLog.objects.filter(next_day_at__lte=now, student__is_active=True).order_by("next_day_at")
    return Late(
        _seconds_since(ready_jobs(now).order_by("run_at").values_list("run_at", flat=True).first(), now),
        _seconds_since(begun.values_list("next_day_at", flat=True).first(), now),
    )


@dataclass(frozen=True)
class Backlog:
    """How many jobs of each kind wait, how many are with a worker, and how many were given up."""

    waiting: Mapping[str, int]
    working: int
    given_up: int


def load_backlog(now: datetime) -> Backlog:
    """Count the jobs; one query."""
    leased, alive = Q(leased_until__gt=now), Q(dead_at=None)
    rows = (
        Job.objects.values_list("kind")
        .annotate(all=Count("pk"), working=Count("pk", filter=leased & alive), given_up=Count("dead_at"))
        .order_by()
    )
    waiting = dict.fromkeys(Job.Kind.values, 0)
    waiting |= {kind: together - working - given_up for kind, together, working, given_up in rows}
    return Backlog(waiting, sum(row[2] for row in rows), sum(row[3] for row in rows))


def _seconds_since(instant: datetime | None, now: datetime) -> float:
    return (now - instant).total_seconds() if instant else 0.0
