"""The web process of `make run`: brings the database up to date, then serves on a socket that it is given."""

import logging
import os
import signal
import sys
from threading import Thread

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections
from django.urls import get_resolver
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]

logger = logging.getLogger(__name__)


def main() -> None:
    """Serve on the listening socket whose descriptor is the first argument."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "examprep.settings")
    try:
        django.setup()
        prepare()
    except (CommandError, ImproperlyConfigured, DatabaseError) as error:
        sys.exit(" ".join(str(error).split()))
    connections.close_all()  # a connection must not be shared with the workers that are forked
    Server(int(sys.argv[1])).run()


def prepare() -> None:
    """Migrate; on a first start load the courses and make the demo accounts."""
    from examprep.models import User
    from questions.models import Course

    call_command("migrate", verbosity=0, interactive=False)
    if not settings.WHITENOISE_USE_FINDERS:
        call_command("collectstatic", verbosity=0, interactive=False)
    if not Course.objects.exists():
        for course in sorted(settings.BASE_DIR.glob("fixtures/*/course.yaml")):
            call_command("load_course", course.parent)
    if settings.EMBEDDED and not User.objects.exists():
        call_command("demo_accounts")


class Server(BaseApplication):  # type: ignore[misc] # Gunicorn has no types
    """Gunicorn with its configuration in code."""

    def __init__(self, listener: int) -> None:
        self.options = {
            "bind": f"fd://{listener}",
            "worker_class": "examprep.run.worker.BufferingWorker",
            "workers": 1,
            "threads": 8,
            "preload_app": True,
            "graceful_timeout": 5,
            "control_socket_disable": True,
            "logger_class": "examprep.run.gunicorn_log.OneLog",
            "post_fork": work_in_this_process,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIHandler:
        from examprep.wsgi import application

        get_resolver().url_patterns  # noqa: B018 - import all views now, once, and not at the first visit
        return application


def work_in_this_process(arbiter: Arbiter, server: object) -> None:
    """With the in-memory broker, Celery's worker and beat live where its messages are: in the serving process.

    One solo worker: the threads pool loses tasks.
    """
    if not settings.CELERY_BROKER_URL.startswith("memory:"):
        return
    from celery.beat import Service

    from examprep.celery import app

    worker = app.WorkController(
        pool_cls="solo", concurrency=1, without_heartbeat=True, without_mingle=True, without_gossip=True
    )

    def work() -> None:
        worker.start()
        logger.error("the worker thread has ended; this process ends too, and is started again")
        os.kill(os.getpid(), signal.SIGTERM)

    beat = Service(app, schedule_filename=str(settings.DATA_DIR / "celerybeat-schedule"))
    for name, target in (("worker", work), ("beat", beat.start)):
        Thread(target=target, name=name, daemon=True).start()


if __name__ == "__main__":
    main()
