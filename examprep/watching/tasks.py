"""Each task is timed, and those of the timetable leave a note of when they were last done, and by whom."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

from celery import Task
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from examprep.watching.counters import TASKS

KEPT_FOR = timedelta(days=2)
"""How long it is remembered what a worker did: workers that are replaced have other names."""


class Watched(Task[Any, Any]):
    """What all tasks of the service are."""

    abstract = True
    _began = 0.0

    def before_start(self, task_id: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Begin to time it: a process does one task at a time."""
        self._began = time.perf_counter()

    def after_return(
        self, status: str, retval: object, task_id: str, args: tuple[Any, ...], kwargs: dict[str, Any], einfo: object
    ) -> None:
        """Count it, and note it where it is of the timetable."""
        seconds = time.perf_counter() - self._began
        TASKS.labels(self.name, status.lower()).observe(seconds)
        if any(entry["task"] == self.name for entry in settings.CELERY_BEAT_SCHEDULE.values()):
            with suppress(DatabaseError):  # the work is done, and the next note comes soon
                note_run(self.name, self.request.hostname or "", seconds, failed=status != "SUCCESS")


def note_run(task: str, worker: str, seconds: float, *, failed: bool) -> None:
    """Note that a worker has done a task of the timetable just now; one query."""
    from examprep.watching.models import TaskRun  # noqa: PLC0415 - tasks are made before there are models

    run = TaskRun(task=task, worker=worker[:255], ended_at=timezone.now(), seconds=seconds, failed=failed)
    TaskRun.objects.bulk_create(
        [run],
        update_conflicts=True,
        unique_fields=["task", "worker"],
        update_fields=["ended_at", "seconds", "failed"],
    )


def forget_runs() -> None:
    """Forget what workers did long ago, who may be gone."""
    from examprep.watching.models import TaskRun  # noqa: PLC0415

    TaskRun.objects.filter(ended_at__lt=timezone.now() - KEPT_FOR).delete()
