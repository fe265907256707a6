"""The log: lines for people, or JSON for programs that collect logs, with the ids of the request and of the task.

It names nobody, but for the security events (`examprep.security`), whose purpose that is: of an address only the route
stands there, since what is filled in may be a name or a secret.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from celery import current_task
from django.conf import settings
from django.http import HttpRequest

from examprep.request_ids import current_request_id
from examprep.watching.database_errors import find_database_error

STATIC, NONE = "/static/", "(none)"
"""What stands for the route of a file, and of what there is nothing at."""
TEXT = "%(asctime)s %(levelname)s [%(running)s] %(name)s: %(message)s"


class WithIds(logging.Filter):
    """Gives every line the id of the request, or of the task, in which it was written."""

    def filter(self, record: logging.LogRecord) -> bool:
        # A thread that has answered a request may do a task, too, where web and worker are one process.
        task = current_task
        request_id = "" if task else current_request_id()
        name, task_id = (task.name, task.request.id) if task else ("", "")
        vars(record).update(request_id=request_id, task=name, task_id=task_id, running=request_id or task_id or "-")
        return True


class WithoutPaths(logging.Filter):
    """Says of a request by which route it came, where Django's own lines say by which path."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            record.args = tuple(route_of(request) if arg == request.path else arg for arg in record.args)
        return True


class BusyInOneLine(logging.Filter):
    """Says of a request that the database did not serve what it answered, where Django's own line has a traceback.

    While the database is away that is every request: their stacks are no news, and bury what is.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        error = find_database_error(record.exc_info[1]) if record.exc_info else None
        if error and getattr(record, "status_code", None) == HTTPStatus.SERVICE_UNAVAILABLE:
            record.exc_info = None
            said = str(error).strip().partition("\n")[0]
            record.msg, record.args = "%s: %s: %s", (record.getMessage(), type(error).__name__, said)
        return True


def route_of(request: HttpRequest) -> str:
    """Return the route of a request, with names where its path has values; `(none)` where nothing is."""
    match = request.resolver_match
    if match:
        return f"/{match.route}"
    return STATIC if request.path.startswith(settings.STATIC_URL) else NONE


def configure(*, as_json: bool, level: str) -> dict[str, Any]:
    """Return the configuration of Python's logging that writes the log to standard error."""
    formatter = {"()": "examprep.watching.json_lines.formatter"} if as_json else {"format": TEXT}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "filters": {
            "ids": {"()": "examprep.watching.logs.WithIds"},
            "no_paths": {"()": "examprep.watching.logs.WithoutPaths"},
            "busy": {"()": "examprep.watching.logs.BusyInOneLine"},
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["ids", "no_paths", "busy"]}
        },
        "root": {"handlers": ["stderr"], "level": level},
    }
