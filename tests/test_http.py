"""What every answer has: an id, an ETag where it is kept, the calls that are left, a code where something is wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from examprep import API_VERSION, problems
from examprep.models import User
from examprep.throttling import network_of
from examprep.watching import logs
from questions.api import deprecated
from tests.conftest import Api

pytestmark = pytest.mark.any_database
KEPT = ("packs/", "lessons/", "lessons/decay/", "concepts/", "courses/", "simulators/early-stopping/")


@pytest.mark.parametrize("path", KEPT)
def test_what_a_client_has_already_is_not_sent_again(api: Api, path: str) -> None:
    """Behind compression too, which makes every ETag a weak one."""
    plain = api.client.get(f"/api/v1/{path}", headers={"Accept-Encoding": "identity"})
    packed = api.client.get(f"/api/v1/{path}", headers={"Accept-Encoding": "gzip"})
    assert packed["ETag"].removeprefix("W/") == plain["ETag"]
    assert plain["Cache-Control"] == "private, no-cache"

    for known in (plain["ETag"], packed["ETag"], f'"other", W/{plain["ETag"]}', "*"):
        again = api.client.get(f"/api/v1/{path}", headers={"If-None-Match": known, "Accept-Encoding": "gzip"})
        assert (again.status_code, again.content) == (304, b""), known
        assert again["ETag"].removeprefix("W/") == plain["ETag"]
    assert api.client.get(f"/api/v1/{path}", headers={"If-None-Match": '"other"'}).status_code == 200


def test_html_is_left_out_where_a_client_has_no_use_for_it(api: Api) -> None:
    whole, bare = api.get("packs/"), api.get("packs/?html=0")

    assert bare.json()["results"] == _without_html(whole.json()["results"])
    assert len(bare.content) < 0.75 * len(whole.content)
    assert "body_html" not in api.get("lessons/decay/?html=0").json()
    assert "body_html" in api.get("lessons/decay/?html=1").json()


def _without_html(document: Any) -> Any:
    if isinstance(document, dict):
        return {name: _without_html(value) for name, value in document.items() if not name.endswith("_html")}
    return [_without_html(each) for each in document] if isinstance(document, list) else document


def test_every_request_has_an_id_that_its_lines_of_the_log_have_too(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.addFilter(logs.WithIds())
    answer = api.client.get("/api/v1/nothing/", headers={"X-Request-ID": "app-7:1"})

    assert answer["X-Request-ID"] == "app-7:1"
    assert {record.__dict__["request_id"] for record in caplog.records} == {"app-7:1"}
    refused = {"", "a b", "x" * 129}
    made = {Client().get("/health/live", headers={"X-Request-ID": sent})["X-Request-ID"] for sent in refused}
    assert len(made) == 3
    assert not made & refused


@pytest.mark.usefixtures("noon")
def test_a_person_and_an_address_have_so_many_calls(api: Api, stranger: User, settings: Any) -> None:
    settings.CALLS_OF_PERSON, settings.CALLS_OF_ADDRESS = 2, 3

    answers = [api.get("me/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert {answer["RateLimit-Limit"] for answer in answers} == {"2"}
    assert 0 < int(answers[0]["RateLimit-Reset"]) <= 60
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert answers[-1].json()["code"] == "throttled"
    neighbour = [Api(stranger).get("me/").status_code for _ in range(2)]
    assert 429 in neighbour


def test_an_address_of_ipv6_counts_by_its_network() -> None:
    assert network_of("2001:db8:1:2:aaaa::1") == network_of("2001:db8:1:2:bbbb::2") == "2001:db8:1:2::"
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert network_of("192.0.2.7") == network_of("::ffff:192.0.2.7") == "192.0.2.7"
    assert network_of("None") == "None"


def test_other_hosts_call_where_they_are_allowed(db: None, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.org"]

    def ask(origin: str, path: str = "/api/v1/me/") -> Any:
        asks = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "x-session-token"}
        return Client().options(path, headers={"Origin": origin, **asks})

    allowed = ask("https://app.example.org")
    assert allowed["Access-Control-Allow-Origin"] == "https://app.example.org"
    assert "x-session-token" in allowed["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in allowed
    assert "Access-Control-Allow-Origin" not in ask("https://evil.example.org")
    assert "Access-Control-Allow-Origin" not in ask("https://app.example.org", "/today/")


def test_every_problem_has_a_type_that_stays_and_a_code_that_is_documented(api: Api) -> None:
    answers = [
        (api.get("nothing/"), "not_found"),
        (api.get("queue/?limit=x"), "invalid"),
        (api.get("concepts/?limit=0"), "invalid"),
        (api.get("sync/?cursor=x"), "invalid"),
        (api.post("reviews/batch/", "{"), "parse_error"),
        (api.post("queue/", {}), "method_not_allowed"),
        (api.post("courses/tiny/enrolment/", {"code": "x"}), ""),
        (Client().get("/api/v1/me/"), "not_authenticated"),
    ]
    for answer, code in answers:
        if code:
            document = answer.json()
            assert (document["code"], document["type"]) == (code, f"urn:examprep:problem:{code}")
    own = [error for error in _subclasses(APIException) if error.__module__.startswith(("quizzes", "examprep"))]
    assert {error.default_code for error in own} <= problems.PROBLEMS.keys() | {"error"}
    assert set(problems.CODES.values()) <= problems.PROBLEMS.keys()


def _subclasses(parent: type[APIException]) -> list[type[APIException]]:
    return [each for child in parent.__subclasses__() for each in (child, *_subclasses(child))]


def test_what_is_to_go_says_since_when_and_until_when() -> None:
    @deprecated(datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC))
    class Old(APIView):
        permission_classes = ()
        throttle_classes = ()

        @extend_schema(responses={204: None})
        def get(self, request: Request) -> Response:
            return Response(status=204)

    answer = Old.as_view()(APIRequestFactory().get("/api/v1/me/"))
    assert answer["Deprecation"] == "@1796083200"
    assert answer["Sunset"] == "Tue, 01 Jun 2027 00:00:00 GMT"
    assert 'rel="deprecation"' in answer["Link"]
    generator = SchemaGenerator(patterns=[path("api/v1/me/", Old.as_view())])  # type: ignore[no-untyped-call]
    document = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    assert document["paths"]["/api/v1/me/"]["get"]["deprecated"] is True


def test_a_client_learns_which_version_it_speaks_to(db: None) -> None:
    assert Client().get("/health/live").json()["api"] == API_VERSION
