"""How the service stands: what waits, what is late, and which tasks were done when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.text import capfirst

from examprep.watching.models import TaskRun
from quizzes.background.backlog import Backlog, Late, load_backlog, load_late
from quizzes.models import Sitting, WithheldAnswer

SWEEP = "quizzes.tasks.plan_due_students"
"""The task by which beat and workers are seen to be alive."""
OVERDUE = timedelta(minutes=2)
"""An open sitting should have been closed so long after its deadline."""
MISSED_SWEEPS = 6
"""So many sweeps may be missing before workers count as gone."""


@dataclass(frozen=True)
class LastRun:
    """When a task of the timetable was last done by any worker, how long it took (seconds), and whether it failed.

    `title` is what it is called there; `ended_at` is None where no worker did it yet.
    """

    task: str
    title: str
    ended_at: datetime | None = None
    seconds: float = 0.0
    failed: bool = False


@dataclass(frozen=True)
class Worker:
    """A worker, and when it last did a task of the timetable."""

    name: str
    seen_at: datetime


@dataclass(frozen=True)
class State:
    """How the service stands at an instant."""

    now: datetime
    late: Late
    backlog: Backlog
    overdue_sittings: int
    refused_answers: int
    runs: Sequence[LastRun]
    workers: Sequence[Worker]

    @property
    def swept_at(self) -> datetime | None:
        """When a worker last looked for what is due; None: never."""
        return next((run.ended_at for run in self.runs if run.task == SWEEP), None)

    @property
    def has_workers(self) -> bool:
        """Whether workers do what beat sends them."""
        patience = timedelta(seconds=MISSED_SWEEPS * settings.SWEEP_EVERY)
        return self.swept_at is not None and self.now - self.swept_at < patience


def load_state(now: datetime) -> State:
    """Load how the service stands; six queries."""
    runs = list(TaskRun.objects.order_by("ended_at"))
    newest, seen = {run.task: run for run in runs}, {run.worker: run.ended_at for run in runs}
    return State(
        now,
        load_late(now),
        load_backlog(now),
        Sitting.objects.filter(state=Sitting.State.OPEN, deadline_at__lt=now - OVERDUE).count(),
        WithheldAnswer.objects.not_taken().count(),
        [_last_run(name, str(entry["task"]), newest) for name, entry in sorted(settings.CELERY_BEAT_SCHEDULE.items())],
        [Worker(name, seen_at) for name, seen_at in sorted(seen.items())],
    )


def _last_run(name: str, task: str, newest: Mapping[str, TaskRun]) -> LastRun:
    title, run = capfirst(name.replace("-", " ")), newest.get(task)
    return LastRun(task, title, run.ended_at, run.seconds, run.failed) if run else LastRun(task, title)
