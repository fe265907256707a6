"""Celery's beat: sends the tasks of the schedule by their names, and so needs neither models nor the tasks themselves.

`python -m examprep.run.beat FILE` keeps in FILE when it sent what. It takes half of the memory of `celery beat`, which
imports what only workers run, and a quarter of its processor time to start.
"""

import sys

from celery.apps import beat
from django.conf import settings
from django.utils.log import configure_logging

from examprep.celery import app


class Beat(beat.Beat):
    """Celery's program, without the models."""

    def init_loader(self) -> None:
        """Import no task."""
        app.finalize()


def main() -> None:
    """Send tasks when they are due, until told to stop."""
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    Beat(app=app, schedule=sys.argv[1], loglevel="INFO", quiet=True).run()


if __name__ == "__main__":
    main()
