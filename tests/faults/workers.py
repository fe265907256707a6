"""Celery's processes on the database of these tests, and what is waited for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import kombu.pools
from celery import current_app
from django.conf import settings
from django.db import connection

from examprep.models import User
from examprep.watching.models import TaskRun
from quizzes import tasks
from quizzes.background import publisher
from quizzes.models import DailyPlan, Job
from tests.conftest import Api
from tests.faults.service import BARE

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


class Workers:
    """Celery workers as in production, with a pool of one, on one broker: started when they are first asked for.

    Tests share them, since a start takes seconds. Mails that they send are files of the folder `mails`.
    """

    def __init__(self, broker: str, mails: Path, stack: ExitStack) -> None:
        self.broker, self.mails = broker, mails
        self._stack = stack
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> subprocess.Popen[bytes]:
        """Return the process of the worker of this name, one that runs; it may be about to start."""
        process = self._running.get(name)
        if process is None or process.poll() is not None:
            command = ("celery", "-A", "examprep", "worker", "-c", "1", "--without-mingle", "-l", "warning")
            more = ("-I", "tests.faults.poison", "-n", f"{name}@tests")
            mails = {"EMAIL_URL": f"filemail:///{self.mails}"}
            process = self._running[name] = self._stack.enter_context(program(self.broker, *command, *more, **mails))
        return process

    def kill(self, name: str) -> None:
        """SIGKILL for the worker of this name and its pool; it can be started again."""
        kill(self._running[name])

    def settle(self) -> None:
        """Forget what was sent, and wait until those that run are at rest."""
        until(self._rest)

    def _rest(self) -> bool:
        names = [f"{name}@tests" for name, process in self._running.items() if process.poll() is None]
        with current_app.connection_for_write() as link:
            channel: Any = link.default_channel
            waiting = channel.client.delete(*(queue.name for queue in settings.CELERY_TASK_QUEUES))
        if waiting or not names:
            return not waiting
        look = current_app.control.inspect(names, timeout=5, limit=len(names))
        at_work = (look.active() or {}, look.reserved() or {})
        return all(len(each) == len(names) and not any(each.values()) for each in at_work)


@contextmanager
def program(broker: str, *command: str, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    """A module that runs as a process of its own, on the database of these tests."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=settings.BASE_DIR,
        env={
            **BARE,
            "DATABASE_URL": database_url(),
            "DATABASE_POOLED": str(settings.DATABASE_POOLED),
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
        assert time.monotonic() < deadline, f"it did not happen in time: {_standing()}"
        time.sleep(0.05)


def _standing() -> dict[str, Any]:
    """What waits in the database and at the broker, and who did what last."""
    rows = {"jobs": [*Job.objects.values()], "runs": [*TaskRun.objects.values()]}
    if not current_app.conf.broker_url.startswith("redis:"):
        return rows
    with current_app.connection_for_write() as link:
        channel: Any = link.default_channel
        return {**rows, "messages": {each.name: channel.client.llen(each.name) for each in settings.CELERY_TASK_QUEUES}}


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
