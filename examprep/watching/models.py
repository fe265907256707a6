"""When tasks of the timetable were last done."""

from __future__ import annotations

from django.db import models


class TaskRun(models.Model):
    """The last time that a worker did a task of the timetable."""

    task = models.CharField(max_length=100)
    worker = models.CharField(max_length=255)
    ended_at = models.DateTimeField()
    seconds = models.FloatField(help_text="How long it took.")
    failed = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "worker"], name="one_run_a_task_and_worker")]

    def __str__(self) -> str:
        return f"{self.task} by {self.worker}"
