"""Background work with a real worker on a real Redis: what is asked for on commit gets done, whatever is killed."""

from __future__ import annotations

import subprocess
import sys

import pytest
from celery import current_app
from django.conf import settings
from django.utils import timezone

from examprep.models import User
from quizzes.models import ChangeLog, DailyPlan
from tests import servers
from tests.faults.service import ROOT, waited
from tests.faults.workers import Key, answer_one, planned, send_to, swept, until, worker

pytestmark = [pytest.mark.database, pytest.mark.any_database, pytest.mark.usefixtures("soon")]


def test_plans_follow_an_answer_and_a_new_day(learner: User, key: Key, broker: str) -> None:
    before = DailyPlan.objects.get(student=learner)
    with worker(broker):
        assert answer_one(learner, key)["status"] == "accepted"
        until(lambda: planned(learner))

        after = DailyPlan.objects.get(student=learner)
        assert after.pk == before.pk
        assert after.made_at > before.made_at
        assert len(after.tasks) == len(before.tasks) - 1

        ChangeLog.objects.filter(student=learner).update(next_day_at=timezone.now())
        DailyPlan.objects.all().delete()
        until(lambda: swept() and planned(learner))

    assert ChangeLog.objects.get(student=learner).next_day_at > timezone.now()


def test_with_redis_away_answers_are_taken_at_once_and_the_plan_heals(learner: User, key: Key, broker: str) -> None:
    with servers.redis_server() as url:
        pass  # nothing listens there any more
    send_to(url)
    before = waited()
    assert answer_one(learner, key)["status"] == "accepted"
    assert waited() - before < 1
    assert not planned(learner)

    send_to(broker)
    with worker(broker):
        until(lambda: swept() and planned(learner))


def test_beat_sends_only_tasks_that_there_are() -> None:
    current_app.loader.import_default_modules()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in current_app.tasks


def test_beat_imports_no_model_and_no_task() -> None:
    """It sends names: what only workers need would be three quarters of its memory and of its start."""
    looks = "import examprep.run.beat as beat, sys; beat.Beat(app=beat.app).init_loader(); print(*sys.modules)"
    imported = subprocess.run([sys.executable, "-c", looks], cwd=ROOT, check=True, capture_output=True, text=True)
    assert not {"numpy", "questions.models", "quizzes.tasks"}.intersection(imported.stdout.split())
