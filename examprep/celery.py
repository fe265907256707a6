"""The Celery app: one, whatever carries its messages. Queues and beat schedule are in the settings."""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "examprep.settings")
# A worker serves no pages. Django's checks, which import them all, are made where code is tested and deployed.
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")

app = Celery("examprep", task_cls="examprep.watching.tasks:Watched")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def show_metrics(**_: object) -> None:
    """Show what this worker counts, where there is a port for it."""
    from django.conf import settings  # noqa: PLC0415 - before there are settings, this module is there

    if settings.METRICS_PORT:
        from examprep.watching.exporting import listen  # noqa: PLC0415

        listen()
