"""Background work with a real worker on a real Redis: what is asked for on commit gets done, whatever is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import kombu.pools
import pytest
from celery import current_app
from django.conf import settings
from django.db import connection
from django.utils import timezone

from examprep.models import User
from quizzes import tasks
from quizzes.models import DailyPlan, Job, Journal, ReviewEvent
from tests import servers
from tests.conftest import Api

pytestmark = pytest.mark.database
Key = Callable[[str], Any]


SOON = {"PLAN_DELAY": "0", "TELL_AGAIN": "0.5", "JOB_LEASE": "3"}
"""Settings of the service, in seconds, so that what heals in minutes heals in moments."""


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in SOON.items():
        monkeypatch.setattr(settings, name, timedelta(seconds=float(seconds)))


def send_to(url: str) -> None:
    """Let this process send its tasks there."""
    app: Any = current_app
    app.conf.broker_url = url
    kombu.pools.reset()
    app._pool = app.amqp._producer_pool = None


@pytest.fixture
def broker(redis_url: str) -> Iterator[str]:
    """A Redis that this process and its workers share."""
    before = current_app.conf.broker_url
    send_to(redis_url)
    yield redis_url
    with current_app.connection_for_write() as link:
        channel: Any = link.default_channel
        channel.client.flushdb()
    send_to(before)


def database_url() -> str:
    """The database of these tests, for another process."""
    of = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{of['NAME']}"
    return f"postgres://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}"


@contextmanager
def worker(broker: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker as in production: a pool of one, on the database of these tests."""
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "examprep", "worker", "-c", "1", "-l", "warning", "--without-mingle"],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database_url(),
            "REDIS_URL": broker,
            "SECRET_KEY": "s3cret-of-these-tests-that-is-long-enough",
            **SOON,
        },
        start_new_session=True,
    )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for the worker and its pool, at once."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def until(condition: Callable[[], Any], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def swept() -> bool:
    """What beat sends every half a minute."""
    tasks.plan_due_students.delay()
    time.sleep(0.3)
    return True


def planned(student: User) -> bool:
    """Whether no plan is wanted any more, and there is one."""
    return DailyPlan.objects.filter(student=student).exists() and not Job.objects.filter(student=student).exists()


@pytest.fixture
def learner(transactional_db: None, student: User) -> User:
    """A student who has a plan for today, and whose next answer asks for another."""
    tasks.plan_student(student.pk)
    return student


def answer_one(student: User, key: Key) -> dict[str, Any]:
    api = Api(student)
    one = api.queue(1)["results"][0]
    return api.answer(one["id"], key(one["id"]))


def test_an_answer_is_followed_by_a_new_plan(learner: User, key: Key, broker: str) -> None:
    before = DailyPlan.objects.get(student=learner)
    with worker(broker):
        assert answer_one(learner, key)["status"] == "accepted"
        until(lambda: planned(learner))

    after = DailyPlan.objects.get(student=learner)
    assert after.pk == before.pk
    assert after.made_at > before.made_at
    assert len(after.tasks) == len(before.tasks) - 1


def test_a_task_that_was_queued_outlives_a_killed_worker(learner: User, key: Key, broker: str) -> None:
    with worker(broker) as first:
        answer_one(learner, key)
        until(lambda: planned(learner))
        os.killpg(first.pid, signal.SIGSTOP)  # it may have taken the next task, and never ends it
        answer_one(learner, key)
        for _ in range(5):
            tasks.plan_student.delay(learner.pk)
        kill(first)
    with worker(broker):
        until(lambda: planned(learner))

    assert DailyPlan.objects.filter(student=learner).count() == 1
    assert ReviewEvent.objects.filter(student=learner, type="review").count() == 2


def test_with_redis_away_answers_are_taken_at_once_and_the_plan_heals(learner: User, key: Key, broker: str) -> None:
    with servers.redis_server() as url:
        pass  # nothing listens there any more
    send_to(url)
    begun = time.monotonic()
    assert answer_one(learner, key)["status"] == "accepted"
    assert time.monotonic() - begun < 1
    assert not planned(learner)

    send_to(broker)
    with worker(broker):
        until(lambda: swept() and planned(learner))


def test_beat_sends_only_tasks_that_there_are() -> None:
    current_app.loader.import_default_modules()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in current_app.tasks


def test_a_new_day_is_planned_by_the_sweep(learner: User, broker: str) -> None:
    Journal.objects.filter(student=learner).update(next_day_at=timezone.now())
    DailyPlan.objects.all().delete()

    with worker(broker):
        until(lambda: swept() and planned(learner))

    assert Journal.objects.get(student=learner).next_day_at > timezone.now()
