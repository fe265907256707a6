"""The Celery app: one, whatever carries its messages. Queues and beat schedule are in the settings."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "examprep.settings")
# A worker serves no pages. Django's checks, which import them all, are made where code is tested and deployed.
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")

app = Celery("examprep")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
