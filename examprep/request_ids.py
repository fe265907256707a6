"""Every request has an id, which its answer says and each line of the log about it: what a client reports is found."""

from __future__ import annotations

import string
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
LONGEST = 128
_SIGNS = frozenset(string.ascii_letters + string.digits + "-_.:")
_current: ContextVar[str] = ContextVar("request_id", default="")


def read_request_id(sent: str) -> str:
    """Return the id that a client or a proxy gave, where it can stand in a log; else a new one."""
    return sent if 0 < len(sent) <= LONGEST and _SIGNS.issuperset(sent) else str(uuid.uuid4())


def current_request_id() -> str:
    """Return the id of the request that this thread is about; empty outside of any."""
    return _current.get()


class RequestIds:
    """Takes the id of a request from its header or makes one, and gives it back; the first of all middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = read_request_id(request.headers.get(HEADER, ""))
        # It stays for what Django logs of the answer afterwards; the next request of this thread has its own.
        _current.set(request_id)
        response = self.get_response(request)
        response[HEADER] = request_id
        return response
