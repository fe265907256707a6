"""The Celery app: one, whatever carries its messages. Queues and beat schedule are in the settings."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "examprep.settings")

app = Celery("examprep")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
