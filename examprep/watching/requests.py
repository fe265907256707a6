"""Each request is counted and timed by its route, and may have a line of the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from examprep.watching.counters import REQUESTS
from examprep.watching.logs import route_of

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Those that are counted by name: a client may invent others without end."""

QUIET = ("/health/", "/metrics", settings.STATIC_URL)
"""What has no line in the log: it comes every few seconds, or many times a page."""

logger = logging.getLogger(__name__)


class Measured:
    """Times requests from the first middleware to the last."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - began
        method = request.method if request.method in METHODS else "other"
        route, status = route_of(request), response.status_code
        REQUESTS.labels(method, route, status).observe(seconds)
        if settings.LOG_REQUESTS and not request.path.startswith(QUIET):
            line = {"method": method, "route": route, "status": status, "milliseconds": round(seconds * 1000, 1)}
            logger.info("%s %s %s", method, route, status, extra=line)
        return response
