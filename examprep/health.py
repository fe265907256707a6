"""Is the process alive, and can it do its work? For supervisors, load balancers and people."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu import Connection

logger = logging.getLogger(__name__)

# Seconds that one answer may take, whatever hangs behind it.
PATIENCE = 2.0


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers at all."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when database and broker answer; otherwise 503 with `failing` naming those that do not."""
    failing = _failing({"database": _ask_database, "broker": _ask_broker})
    if failing:
        return JsonResponse({"status": "unavailable", "failing": failing}, status=503)
    return JsonResponse({"status": "ok"})


def _failing(questions: dict[str, Callable[[], None]]) -> list[str]:
    """The names of the questions that raise, or have no answer within PATIENCE seconds."""
    # A pool for each call, not waited for: a hung question must not hold up the answer, nor the next call.
    pool = ThreadPoolExecutor(len(questions), thread_name_prefix="health")
    asked: dict[Future[None], str] = {pool.submit(ask): name for name, ask in questions.items()}
    wait(asked, timeout=PATIENCE)
    pool.shutdown(wait=False, cancel_futures=True)
    return [name for future, name in asked.items() if not _answered(future, name)]


def _answered(future: Future[None], name: str) -> bool:
    if not future.done():
        logger.warning("not ready: %s gives no answer within %s s", name, PATIENCE)
        return False
    if error := future.exception():
        logger.warning("not ready: %s: %s", name, error)
    return error is None


def _ask_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        # This thread's own connection; nobody else would close it.
        connection.close()


def _ask_broker() -> None:
    timeout = PATIENCE / 2
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS | {
        "socket_connect_timeout": timeout,
        "socket_timeout": timeout,
    }
    with Connection(settings.CELERY_BROKER_URL, connect_timeout=timeout, transport_options=options) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=timeout)
        if broker.transport.driver_type == "redis":
            # Opening a channel of this transport sends a PING only lazily; ask for the answer.
            broker.default_channel.client.ping()
