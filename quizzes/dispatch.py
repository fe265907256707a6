"""Asking for background work: on commit, and never at the cost of the request."""

import logging
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def after_commit(task: str, *args: Any) -> None:
    """Send `task` once the transaction commits.

    A broker that is down costs nothing but time: what asks for the work is a row in the database, and the sweep by
    beat finds it.
    """

    def send() -> None:
        try:
            current_app.send_task(task, args=args)
        except (OperationalError, OSError) as error:
            logger.warning("%s%r waits for the sweep: the broker is away (%s)", task, args, error)

    transaction.on_commit(send)
