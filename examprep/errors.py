"""What a client gets for a request that fails outside of the API's own views: a page, or a problem document."""

from __future__ import annotations

import sys
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from examprep.problems import CONTENT_TYPE, FOR_PROGRAMS, problem
from examprep.watching.counters import DATABASE_ERRORS
from examprep.watching.database_errors import find_database_error

RETRY_AFTER = 5
"""Seconds after which to try again when the database is away or locked."""


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400; 413 where too much was sent; 503 where a session could not be stored."""
    if find_database_error(exception):
        return _try_later(request)
    if isinstance(exception, RequestDataTooBig):
        return _failed(request, 413, "This is more than a request may hold; send less at a time.")
    return _failed(request, 400, "This request cannot be read, or the host name is not served here.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return _failed(request, 403, "This is not allowed.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return _failed(request, 404, "There is nothing here.")


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429; `examprep.middleware.RateLimits` says when to come back where nobody else has."""
    return _failed(request, 429, "There were too many tries. Wait a little before you try again.")


def too_much_work(request: HttpRequest, wait: int) -> HttpResponse:
    """429 to somebody who has taken too much of the server's time, for so many seconds."""
    response = _failed(request, 429, f"This has taken too much of the server's time. Try again in {wait} seconds.")
    response["Retry-After"] = str(wait)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After where the database is away or locked, 400 for what no database holds, else 500."""
    error = sys.exc_info()[1]
    if find_database_error(error):
        return _try_later(request)
    # In forms of the admin an id may be chosen that is larger than any: SQLite's driver does not call that a DataError.
    if isinstance(error, DataError) or (isinstance(error, OverflowError) and "SQLite INTEGER" in str(error)):
        return bad_request(request)
    return _failed(request, 500, "Something went wrong on the server.")


def _try_later(request: HttpRequest) -> HttpResponse:
    DATABASE_ERRORS.inc()
    response = _failed(request, 503, f"The database is busy or away. Try again in {RETRY_AFTER} seconds.")
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def _failed(request: HttpRequest, status: int, detail: str) -> HttpResponse:
    if request.path.startswith(FOR_PROGRAMS):
        return JsonResponse(problem(status, detail), status=status, content_type=CONTENT_TYPE)
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return HttpResponse(render_to_string(f"{status}.html", request=request), status=status)
    # The frame of pages asks who is logged in, which a request that failed half-way may not be able to tell.
    return HttpResponse(render_to_string("500.html", {"busy": status == HTTPStatus.SERVICE_UNAVAILABLE}), status=status)
