"""A web worker's memory does not grow with the requests that it answers."""

from __future__ import annotations

import gc
import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import RequestFactory

from examprep.models import User
from quizzes import schedule
from tests.conftest import Api, review

pytestmark = [pytest.mark.database, pytest.mark.any_database]

PAGES = (
    *("/", "/today/", "/review/", "/review/summary/", "/progress/", "/exams/", "/exams/tiny-exam/", "/concepts/"),
    *("/lessons/", "/search/?q=penalty", "/settings/", "/api/v1/queue/", "/api/v1/sync/", "/api/v1/progress/"),
)
CSRF = "b" * 32


@contextmanager
def open_connection() -> Iterator[None]:
    """The test's connection to the database is not closed between requests."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


def test_requests_leave_nothing_behind(student: User, api: Api, key: Callable[[str], Any]) -> None:
    """Counted are the objects that the collector knows, before and after the same requests.

    By the handler that a server calls: Django's test client keeps something of each request.
    """
    schedule.plan_day(student)
    first = api.queue()["results"][0]
    batch = {
        "device": first["id"],
        "device_now": "2026-01-01T00:00:00Z",
        "events": [review(first["id"], key(first["id"]))],
    }
    handler, session = WSGIHandler(), api.client.cookies[settings.SESSION_COOKIE_NAME].value
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"
    requests = RequestFactory(headers={"cookie": cookies, "x-csrftoken": CSRF})

    def call(environ: dict[str, Any]) -> None:
        statuses: list[str] = []
        response: Any = handler(environ, lambda status, *more: statuses.append(status))  # type: ignore[arg-type]
        b"".join(response)
        response.close()
        assert statuses[0][:3] in ("200", "302"), (environ["PATH_INFO"], statuses)

    def answer_all() -> None:
        for page in PAGES:
            call(requests.get(page).environ)
        # Which is a duplicate from the second time on.
        call(requests.post("/api/v1/reviews/batch/", json.dumps(batch), content_type="application/json").environ)

    def answer_and_count() -> int:
        answer_all()
        gc.collect()
        return len(gc.get_objects())

    with open_connection():
        counts = [answer_and_count() for _ in range(5)]
    # What is kept for later comes once; what is left behind comes every time.
    growth = [after - before for before, after in itertools.pairwise(counts)]
    assert min(growth) < len(PAGES) // 2, growth


def test_pages_are_answered_without_a_search_for_garbage(student: User, api: Api) -> None:
    schedule.plan_day(student)

    def look() -> None:
        for page in PAGES:
            assert api.client.get(page).status_code in (200, 302), page

    look()
    searches: list[str] = []
    gc.collect()
    gc.callbacks.append(count := lambda phase, info: searches.append(phase))
    try:
        look()
    finally:
        gc.callbacks.remove(count)
    assert len(searches) < len(PAGES) // 2
