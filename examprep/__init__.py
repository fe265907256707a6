"""The service, put together."""

from examprep.celery import app as celery_app

__all__ = ["celery_app"]
