"""Telling workers of background work: on commit, and never at the cost of the request.

Messages are published by a thread of their own, so that a broker that is down, or hangs, costs a request nothing. A
message that cannot be sent is dropped: what asks for the work is a row in the database, and beat's sweep finds it.
"""

import atexit
import logging
import os
import queue
import threading
from datetime import timedelta
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

BACKLOG = 10_000
"""Messages that wait for a slow broker; more are dropped."""
FLUSH_WITHIN = 2.0
"""Seconds that a process that ends waits for its last messages."""

logger = logging.getLogger(__name__)


def after_commit(task: str, *args: Any, delay: timedelta = timedelta(0)) -> None:
    """Send `task` once the transaction commits, to run `delay` later."""
    transaction.on_commit(lambda: publish(task, *args, delay=delay))


def publish(task: str, *args: Any, delay: timedelta = timedelta(0)) -> None:
    """Send `task`; returns at once, whatever the broker does."""
    _publisher.send(task, args, max(delay.total_seconds(), 0.0))


class _Publisher:
    """The thread that sends, started at the first message of each process."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[tuple[str, tuple[Any, ...], float]] = queue.Queue(BACKLOG)
        self._process = 0
        self._lock = threading.Lock()

    def send(self, task: str, args: tuple[Any, ...], countdown: float) -> None:
        with self._lock:
            if self._process != os.getpid():
                self._process = os.getpid()
                threading.Thread(target=self._work, name="publisher", daemon=True).start()
                atexit.register(self.flush)
        try:
            self._waiting.put_nowait((task, args, countdown))
        except queue.Full:
            logger.warning("%s%r waits for the sweep: too many messages wait for the broker", task, args)

    def flush(self, within: float = FLUSH_WITHIN) -> None:
        """Wait until what was given is sent, or given up."""
        with self._waiting.all_tasks_done:
            self._waiting.all_tasks_done.wait_for(lambda: not self._waiting.unfinished_tasks, within)

    def _work(self) -> None:
        while True:
            task, args, countdown = self._waiting.get()
            try:
                current_app.send_task(task, args=args, countdown=countdown or None)
            except (OperationalError, OSError) as error:
                logger.warning("%s%r waits for the sweep: the broker is away (%s)", task, args, error)
            except Exception:
                logger.exception("%s%r waits for the sweep", task, args)
            finally:
                self._waiting.task_done()


_publisher = _Publisher()
flush = _publisher.flush
