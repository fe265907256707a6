"""Requests made up from the API's own schema: each is answered as the schema says, whatever is in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import pytest
from django.conf import settings as django_settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings

from examprep.wsgi import application
from tests.conftest import Api

if TYPE_CHECKING:
    import schemathesis

pytestmark = pytest.mark.slow
OPERATIONS = [
    ("GET", "/api/v1/me/"),
    ("PATCH", "/api/v1/me/"),
    ("DELETE", "/api/v1/me/"),
    ("GET", "/api/v1/me/export/"),
    ("GET", "/api/v1/me/sessions/"),
    ("DELETE", "/api/v1/me/sessions/{id}/"),
    ("GET", "/api/v1/me/calendar/"),
    ("POST", "/api/v1/me/calendar/"),
    ("DELETE", "/api/v1/me/calendar/"),
    ("DELETE", "/api/v1/me/erasure/"),
    ("PUT", "/api/v1/devices/{id}/"),
    ("DELETE", "/api/v1/devices/{id}/"),
    ("GET", "/api/v1/today/"),
    ("GET", "/api/v1/today/ahead/"),
    ("POST", "/api/v1/today/ahead/"),
    ("POST", "/api/v1/today/day-off/"),
    ("DELETE", "/api/v1/today/day-off/"),
    ("POST", "/api/v1/today/more/"),
    ("DELETE", "/api/v1/today/notices/{id}/"),
    ("POST", "/api/v1/practice/"),
    ("GET", "/api/v1/courses/"),
    ("POST", "/api/v1/courses/{slug}/enrolment/"),
    ("DELETE", "/api/v1/courses/{slug}/enrolment/"),
    ("PATCH", "/api/v1/courses/{slug}/enrolment/"),
    ("GET", "/api/v1/lessons/{slug}/sections/"),
    ("PUT", "/api/v1/lessons/{slug}/sections/{heading}/reading/"),
    ("DELETE", "/api/v1/lessons/{slug}/sections/{heading}/reading/"),
    ("GET", "/api/v1/courses/{slug}/diagnostic/"),
    ("POST", "/api/v1/courses/{slug}/diagnostic/"),
    ("DELETE", "/api/v1/courses/{slug}/diagnostic/"),
    ("GET", "/api/v1/lessons/"),
    ("GET", "/api/v1/lessons/{slug}/"),
    ("GET", "/api/v1/lessons/{slug}/quick-check/"),
    ("POST", "/api/v1/lessons/{slug}/quick-check/"),
    ("GET", "/api/v1/simulators/{name}/"),
    ("GET", "/api/v1/concepts/"),
    ("GET", "/api/v1/queue/"),
    ("GET", "/api/v1/packs/"),
    ("GET", "/api/v1/sync/"),
    ("GET", "/api/v1/exams/"),
    ("GET", "/api/v1/exams/{slug}/"),
    ("POST", "/api/v1/exams/{slug}/sittings/"),
    ("GET", "/api/v1/sittings/"),
    ("GET", "/api/v1/sittings/{id}/"),
    ("PUT", "/api/v1/sittings/{id}/answers/{slot}/"),
    ("PUT", "/api/v1/sittings/{id}/flags/{slot}/"),
    ("POST", "/api/v1/sittings/{id}/rounds/{slot}/start/"),
    ("POST", "/api/v1/sittings/{id}/rounds/{slot}/finish/"),
    ("PUT", "/api/v1/sittings/{id}/rounds/{slot}/oral/"),
    ("POST", "/api/v1/sittings/{id}/submit/"),
    ("GET", "/api/v1/sittings/{id}/result/"),
    ("GET", "/api/v1/progress/"),
    ("GET", "/api/v1/search/"),
    ("POST", "/api/v1/numbers/read/"),
    ("POST", "/api/v1/reviews/batch/"),
    ("GET", "/api/v1/bookmarks/"),
    ("PUT", "/api/v1/bookmarks/{item}/"),
    ("DELETE", "/api/v1/bookmarks/{item}/"),
    ("GET", "/api/v1/notes/{item}/"),
    ("PUT", "/api/v1/notes/{item}/"),
    ("GET", "/api/v1/items/{item}/answers/"),
    ("POST", "/api/v1/items/{item}/work/"),
    ("GET", "/api/v1/presentations/{id}/work/"),
    ("POST", "/api/v1/presentations/{id}/work/"),
    ("GET", "/api/v1/presentations/{id}/hints/"),
    ("POST", "/api/v1/presentations/{id}/hints/"),
    ("POST", "/api/v1/presentations/{id}/reports/"),
    ("POST", "/api/v1/presentations/{id}/reveal/"),
    ("POST", "/api/v1/presentations/{id}/parts/{part}/"),
]

OPAQUE = {"/api/v1/sync/", "/api/v1/reviews/batch/"}
"""Calls whose cursor a schema cannot describe: it is any text, and few are one."""


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The service keeps the test's connection, and with it the test's transaction, as Django's own test client does."""
    monkeypatch.setattr(django_settings, "ALLOWED_HOSTS", ["localhost", "testserver"])
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@cache
def schema() -> schemathesis.BaseSchema:
    import schemathesis  # half a second, in this process alone

    # What is drawn follows from the schema, and not from every word that the code holds.
    from_schema_alone = schemathesis.Config.from_dict({"analysis": {"constants": {"enabled": False}}})
    return schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application, config=from_schema_alone)


def test_every_call_is_tried(api: Api) -> None:
    operations: list[Any] = [one.ok() for one in cast(Any, schema().get_all_operations())]
    found = [(operation.method.upper(), operation.path) for operation in operations]
    assert sorted(found) == sorted(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_call_answers_as_the_schema_says(api: Api, method: str, path: str) -> None:
    from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance, unsupported_method

    cookies = {name: morsel.value for name, morsel in api.client.cookies.items()}

    @settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=schema()[path][method].as_strategy())
    def call(case: schemathesis.Case[Any]) -> None:
        # The session's cookie goes with every call; what an unknown method answers is Django's own.
        plain = {"Accept-Encoding": "identity"}
        excluded = [ignored_auth, unsupported_method, *([positive_data_acceptance] if path in OPAQUE else [])]
        case.call_and_validate(cookies=cookies, headers=plain, excluded_checks=excluded)

    call()
