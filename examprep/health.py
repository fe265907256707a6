"""Whether the service lives, and whether it can work."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from kombu.exceptions import OperationalError

from examprep.celery import app

BROKER_SECONDS = 2


def live(request: HttpRequest) -> JsonResponse:
    """200 as soon as the process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database and the broker answer; else 503 with the failing parts."""
    parts = {name: _works(check) for name, check in (("database", _database), ("broker", _broker))}
    failing = [name for name, error in parts.items() if error]
    document = {"status": "unavailable" if failing else "ok", "failing": failing}
    document |= {name: error or "ok" for name, error in parts.items()}
    return JsonResponse(document, status=503 if failing else 200)


def _works(check: Callable[[], None]) -> str | None:
    try:
        check()
    except (DatabaseError, OperationalError, OSError) as error:
        return type(error).__name__
    return None


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker() -> None:
    with app.connection_for_read() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_SECONDS)
