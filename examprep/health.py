"""Is the process alive, and can it do its work? For supervisors, load balancers and people."""

import logging
import time
from collections.abc import Callable
from threading import Thread

from django.conf import settings
from django.db import connection, connections
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu import Connection

from examprep import API_VERSION, __version__
from examprep.run.standing import read_failing
from questions import replica
from quizzes.background.backlog import load_late

logger = logging.getLogger(__name__)

# Seconds that an answer may take, whatever hangs behind it.
PATIENCE = 1.5


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Answer 200 as long as the process answers at all, with the versions of the service and of its API."""
    return JsonResponse({"status": "ok", "version": __version__, "api": API_VERSION})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database and broker answer and all processes run; else 503, with `failing` naming the others.

    `late` says for how many seconds the oldest job has been waiting, and the student who has been longest without plan;
    and by how many a copy of the database is behind, if there is one (null: it does not answer, and is not needed).
    """
    failing, late = look()
    if failing:
        return JsonResponse({"status": "unavailable", "failing": failing, "late": late}, status=503)
    return JsonResponse({"status": "ok", "late": late})


def look() -> tuple[list[str], dict[str, int | None]]:
    """Return what does not answer or run, by name, and what is late, in seconds: nothing while the database is away."""
    late: dict[str, int | None] = {}
    parts = {"database": lambda: late.update(_ask_database()), "broker": _ask_broker}
    if replica.is_there():
        parts[replica.ALIAS] = lambda: late.update(_ask_replica())
    silent = _list_silent(parts)
    if replica.ALIAS in silent:
        silent.remove(replica.ALIAS)  # what it would have told is read from the database
        late[replica.ALIAS] = None
    return silent + read_failing(settings.DATA_DIR), late


def _list_silent(parts: dict[str, Callable[[], None]]) -> list[str]:
    """Return the names of the parts whose check raises, or has no answer within PATIENCE seconds."""
    answered: set[str] = set()

    def ask(name: str) -> None:
        try:
            parts[name]()
        except Exception as error:
            logger.warning("not ready: %s: %s", name, error)
        else:
            answered.add(name)

    # Daemons: a question that hangs must hold up neither this answer nor the end of the process.
    threads = [Thread(target=ask, args=(name,), daemon=True) for name in parts]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + PATIENCE
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return [name for name in parts if name not in answered]


def _ask_database() -> dict[str, int]:
    try:
        late = load_late(timezone.now())
        return {"oldest_job": round(late.oldest_job), "oldest_unplanned": round(late.oldest_unplanned)}
    finally:
        connection.close()  # it is this thread's own


def _ask_replica() -> dict[str, int | None]:
    try:
        lag = replica.measure_lag()
        return {replica.ALIAS: None if lag is None else round(lag)}
    finally:
        connections.close_all()  # they are this thread's own


def _ask_broker() -> None:
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS | {
        "socket_connect_timeout": PATIENCE,
        "socket_timeout": PATIENCE,
    }
    with Connection(settings.CELERY_BROKER_URL, transport_options=options) as broker:
        broker.channel()  # pings
