"""Messages to workers that there is background work: sent on commit, and never at the cost of the request.

A thread of its own sends them, so that a broker that is down, or hangs, costs a request nothing. A message that cannot
be sent is dropped: the job is a row in the database, and beat's sweep publishes it again.
"""

from __future__ import annotations

import atexit
import logging
import os
import queue
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

BACKLOG = 10_000
"""Messages that may wait for a slow broker; more are dropped."""
FLUSH_WITHIN = 2.0
"""Seconds for which a process that ends waits for its last messages."""

logger = logging.getLogger(__name__)


def publish_after_commit(task: str, student: int, *, delay: timedelta = timedelta(0)) -> None:
    """Publish `task` once the transaction commits, to run `delay` later."""
    transaction.on_commit(lambda: publish(task, student, delay=delay))


def publish(task: str, student: int | Sequence[int] | None = None, *, delay: timedelta = timedelta(0)) -> None:
    """Have a worker run `task` (of a student or several) `delay` from now; returns at once, whatever the broker does.

    Messages of a process are sent in the order in which they were published.
    """
    _publisher.put(_Message(task, student, max(delay.total_seconds(), 0.0)))


class _Message(NamedTuple):
    """A task by its name, the id of its student or students if it has any, and the seconds until it is to run."""

    task: str
    student: int | Sequence[int] | None
    countdown: float

    def __str__(self) -> str:
        return self.task if self.student is None else f"{self.task} of student {self.student}"

    @property
    def args(self) -> tuple[int | Sequence[int], ...]:
        return () if self.student is None else (self.student,)


class _Publisher:
    """The thread that sends, started at the first message of each process."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[_Message] = queue.Queue(BACKLOG)
        self._process = 0
        self._lock = threading.Lock()

    def put(self, message: _Message) -> None:
        with self._lock:
            if self._process != os.getpid():
                self._process = os.getpid()
                # The parent's thread waits at the queue that a fork copies: it would be woken for the first message.
                self._waiting = queue.Queue(BACKLOG)
                threading.Thread(target=self._work, name="publisher", daemon=True).start()
                atexit.register(self.flush)
        try:
            self._waiting.put_nowait(message)
        except queue.Full:
            logger.warning("%s waits for the sweep: too many messages wait for the broker", message)

    def flush(self, within: float = FLUSH_WITHIN) -> None:
        """Wait until every message is sent or dropped, at most `within` seconds."""
        with self._waiting.all_tasks_done:
            self._waiting.all_tasks_done.wait_for(lambda: not self._waiting.unfinished_tasks, within)

    def _work(self) -> None:
        while True:
            message = self._waiting.get()
            try:
                current_app.send_task(message.task, args=message.args, countdown=message.countdown or None)
            except (OperationalError, OSError) as error:
                logger.warning("%s waits for the sweep: the broker is away (%s)", message, error)
            except Exception:
                logger.exception("%s waits for the sweep", message)
            finally:
                self._waiting.task_done()


_publisher = _Publisher()
flush = _publisher.flush
