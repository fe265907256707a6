"""Celery's processes on the database of these tests, and what is waited for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import kombu.pools
from celery import current_app
from django.conf import settings
from django.db import connection

from examprep.models import User
from quizzes import tasks
from quizzes.background import publisher
from quizzes.models import DailyPlan, Job
from tests.conftest import Api

Key = Callable[[str], Any]

SOON = {"PLAN_DELAY": "0", "PUBLISH_AGAIN": "0.5", "JOB_LEASE": "3"}
"""Settings of the service, in seconds, so that what heals in minutes heals in moments."""


def send_to(url: str) -> None:
    """Let this process send its tasks there, once its publisher has sent, or given up, what it was given before."""
    publisher.flush()
    app: Any = current_app
    app.conf.broker_url = url
    kombu.pools.reset()
    app._pool = app.amqp._producer_pool = None


def database_url() -> str:
    """The database of these tests, for another process."""
    of = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{of['NAME']}"
    return f"postgres://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}"


@contextmanager
def worker(broker: str, *more: str, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker as in production: a pool of one, on the database of these tests."""
    command = ("celery", "-A", "examprep", "worker", "-c", "1", "--without-mingle", "-l", "warning")
    with program(broker, *command, *more, **env) as process:
        yield process


@contextmanager
def program(broker: str, *command: str, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    """A module that runs as a process of its own, on the database of these tests."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database_url(),
            "REDIS_URL": broker,
            "SECRET_KEY": "s3cret-of-these-tests-that-is-long-enough",
            **SOON,
            **env,
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


def until(condition: Callable[[], Any], seconds: float = 180) -> None:
    """Wait for a condition, for long: workers of a busy machine get little of its processor."""
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


def answer_one(student: User, key: Key) -> dict[str, Any]:
    api = Api(student)
    one = api.queue(1)["results"][0]
    return api.answer(one["id"], key(one["id"]))
