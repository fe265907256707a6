"""Beat sends tasks by their names, and needs nothing else of the service."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

from celery import current_app
from django.conf import settings

from tests.faults.service import ROOT

SWEEP = timedelta(seconds=settings.SWEEP_EVERY)


def test_it_sends_only_tasks_that_there_are() -> None:
    current_app.loader.import_default_modules()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in current_app.tasks


def test_what_comes_often_does_not_pile_up_while_nobody_takes_it() -> None:
    sweeps = [entry for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry["schedule"] == SWEEP]
    assert len(sweeps) >= 6
    assert [entry["task"] for entry in sweeps if entry.get("options") != {"expires": 10 * settings.SWEEP_EVERY}] == []


def test_it_imports_no_model_and_no_task() -> None:
    """What only workers need would be three quarters of its memory and of its start."""
    looks = "import examprep.run.beat as beat, sys; beat.Beat(app=beat.app).init_loader(); print(*sys.modules)"
    imported = subprocess.run([sys.executable, "-c", looks], cwd=ROOT, check=True, capture_output=True, text=True)
    assert not {"numpy", "questions.models", "quizzes.tasks"}.intersection(imported.stdout.split())
