"""Nothing that is sent before an answer gives the key away, and nobody sees what is another's."""

from __future__ import annotations

import io
import json
import re
import uuid
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from examprep.models import User
from questions.models import ItemVersion
from quizzes.models import Presentation, ReviewEvent
from tests.conftest import Api, review, wrong

pytestmark = pytest.mark.any_database
Key = Callable[[str], Any]

VALUES = {
    "slug": ["decay", "unknown"],
    "course": ["tiny"],
    "event": [str(uuid.UUID(int=7))],
    "path": ["nothing/"],
    "token": ["1:forged"],
    "id": [str(uuid.UUID(int=7))],
    "slot": ["1"],
    "number": ["1"],
    "name": ["early-stopping", "unknown"],
    "item": ["decay-factor", "unknown"],
    "secret": ["0" * 43],
    "digest": ["unknown"],
    "address": ["unknown"],
    "part": ["unknown"],
    "notice": ["1"],
    "seat": ["1"],
    "student": ["ada"],
    "note": ["1"],
    "section": ["1"],
    "heading": ["the-penalty"],
    "code": ["BCDFGHJK"],
    "membership": ["1"],
}
"""For the routes that take something: a new kind of parameter has to be added, so that its route is walked too."""
WITH_KEYS = ("/api/v1/packs/", "/api/v1/schema/")
"""Packs hold keys by their purpose: a client grades by them while it is offline. The schema's examples are
of this very course of the tests, which nobody else is asked."""
ELSEWHERE = ("admin/", "accounts/", "_allauth/")
"""Routes of Django and allauth, which know nothing of questions; the admin has its own tests."""
LONG_ENOUGH = 5
TELLING = {"key", "answer", "correct", "explanation", "solution", "because", "score", "feedback", "grade", "mistakes"}


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """Every address of the service, parameters filled in."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern).lstrip("^").replace("(?P<path>(?s:.*))$", "<path>")
        if route.startswith(ELSEWHERE):
            continue
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield from fill(route)


def fill(route: str) -> Iterator[str]:
    if "<" not in route:
        yield "/" + route
        return
    start, _, rest = route.partition("<")
    name, _, end = rest.partition(">")
    for value in VALUES[name.rpartition(":")[2]]:
        yield from fill(start + value + end)


def secrets_of(presentations: Any, key: Key) -> set[str]:
    """Texts that only someone who knows the key can write: explanations, reasons, typed keys."""
    found = {"KEY-EXPLANATION", "KEY-SOLUTION"}
    for presentation in presentations:
        body = presentation.version.body
        for rows in ("choices", "pairs", "distractors", "mistakes"):
            found |= {row["because"][:30] for row in body.get(rows, []) if row.get("because")}
        right = key(str(presentation.pk))
        # A short number may stand anywhere by chance, in a list of settings or a score.
        found |= {right[name] for name in ("value", "text") if len(right.get(name, "")) >= LONG_ENOUGH}
    return found


def names_in(document: Any) -> set[str]:
    """All names in a JSON document."""
    if isinstance(document, dict):
        return set(document) | {name for value in document.values() for name in names_in(value)}
    if isinstance(document, list):
        return {name for value in document for name in names_in(value)}
    return set()


def holds(text: str, secret: str) -> bool:
    """Whether a secret stands in a text; a number as a whole, not as the beginning of another."""
    return secret in text and re.search(rf"(?<![\d.]){re.escape(secret)}(?!\d)", text) is not None


def text_of(response: Any) -> str:
    """What a response says; of an archive what all its files say."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if response.get("Content-Type") != "application/zip":
        return str(body.decode())
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


def check(response: Any, secrets: set[str]) -> None:
    text = text_of(response)
    assert {secret for secret in secrets if holds(text, secret)} == set(), response.request["PATH_INFO"]
    if response.request["PATH_INFO"].endswith("schema/"):
        return  # It names the fields of a grade.
    if "json" in response.get("Content-Type", ""):
        assert names_in(json.loads(text)) & TELLING == set(), response.request["PATH_INFO"]
    else:
        assert "data-correct" not in text
        assert not re.search(r"data-key\b(?!-)", text)


def test_no_response_before_an_answer_gives_anything_away(api: Api, student: User, key: Key) -> None:
    web = api.client
    asked = api.queue()["results"]
    presentations = Presentation.objects.filter(student=student).select_related("version")
    assert {one["kind"] for one in asked} == set(ItemVersion.objects.values_list("kind", flat=True))
    secrets = secrets_of(presentations, key)
    assert len(secrets) > 10

    walked = list(routes())
    assert {"/api/v1/queue/", "/review/", "/today/", "/lessons/decay/", "/settings/"} <= set(walked)
    for address in set(walked).difference(WITH_KEYS):
        for headers in ({}, {"HX-Request": "true"}):
            check(web.get(address, headers=headers), secrets)
    for one in asked:
        check(web.get(f"/review/?presentation={one['id']}"), secrets)
        check(web.get("/review/read/", {"value": "0.5"}), secrets)


def test_a_refused_answer_gives_nothing_away(api: Api, student: User, key: Key) -> None:
    web = api.client
    asked = api.queue()["results"]
    secrets = secrets_of(Presentation.objects.filter(student=student).select_related("version"), key)
    for one in asked:
        refused = api.send(review(one["id"], {"nonsense": True}))
        assert refused[0]["status"] == "rejected"
        assert refused[0]["grade"] is None
        assert not [secret for secret in secrets if secret in json.dumps(refused, ensure_ascii=False)]
        if one["kind"] == "multiple_select":
            continue  # Nothing ticked is an answer.
        for form in ({}, {"value": "abc", "choice": "none", "text": " "}):
            check(web.post("/review/", {"presentation": one["id"], **form}), secrets)
    check(web.post("/review/bury/", {"presentation": asked[0]["id"]}, headers={"HX-Request": "true"}), secrets)
    assert not ReviewEvent.objects.filter(type="review").exists()


def test_the_place_of_an_option_says_nothing_of_the_key(api: Api, student: User, key: Key) -> None:
    places = []
    for _ in range(40):
        (one,) = [one for one in api.queue()["results"] if one["kind"] == "single_choice"][:1]
        ids = [choice["id"] for choice in one["prompt"]["choices"]]
        places.append(ids.index(key(one["id"])["choice"]))
        Presentation.objects.filter(pk=one["id"]).update(closed_at="2026-01-01T00:00:00Z")
    # Each of three places with chance 1/3: fewer than 3 of 40 has a chance of 1 in 40,000.
    assert all(places.count(place) >= 3 for place in range(3))


def test_an_answer_shows_the_key_and_only_its_own(api: Api, student: User, key: Key) -> None:
    first, second, *_ = api.queue()["results"]
    grade = api.answer(first["id"], wrong(first, key(first["id"])))["grade"]
    assert "KEY-EXPLANATION" in grade["explanation"]

    others = Presentation.objects.filter(pk=second["id"]).select_related("version")
    text = json.dumps(grade, ensure_ascii=False)
    assert not [secret for secret in secrets_of(others, key) - {"KEY-EXPLANATION", "KEY-SOLUTION"} if secret in text]


@pytest.mark.parametrize("partial", [True, False])
def test_another_students_question_and_answer_are_not_there(
    api: Api, stranger: User, key: Key, *, partial: bool
) -> None:
    one = api.queue()["results"][0]
    event = review(one["id"], key(one["id"]))
    api.send(event)
    eve = Client(headers={"HX-Request": "true"} if partial else {})
    eve.force_login(stranger)

    assert eve.get(f"/review/{event['id']}/").status_code == 404
    assert eve.post("/review/undo/", {"event": event["id"]}).status_code == 404
    assert eve.post("/review/", {"presentation": one["id"], "choice": "x"}).status_code == 404
    assert eve.post("/review/bury/", {"presentation": one["id"]}).status_code == 404
    assert one["id"] not in eve.get(f"/review/?presentation={one['id']}").content.decode()


def test_a_visitor_sees_the_lessons_and_nothing_of_anybody(course: Any, student: User) -> None:
    web = Client()
    for address in routes():
        answer = web.get(address)
        open_to_all = address.removeprefix("/courses/tiny") in (
            "/",
            "/lessons/",
            "/lessons/decay/",
            "/lessons/decay/formulas/",
            "/lessons/decay/quick-check/",
            "/lessons/decay/sections/the-penalty/",
            "/concepts/",
            "/concepts/l2/",
            "/courses/",
            "/join/BCDFGHJK/",
            "/search/",
            "/privacy/",
            "/lessons/decay/try/decay-factor/",
            "/review/read/",
            "/health/live",
            "/health/ready",
            "/lti/keys/",
            "/worker.js",
            "/app.webmanifest",
            "/offline/",
        ) or (address.startswith(("/api/v1/schema", "/api/v1/docs")))
        if address == "/favicon.ico":
            assert answer["Location"].startswith("/static/")
        elif address == "/join/":
            assert answer["Location"] == "/courses/"
        elif open_to_all:
            assert answer.status_code in (200, 503), address
        elif answer.status_code == 302:
            assert answer["Location"].startswith("/accounts/login/"), address
        else:
            assert answer.status_code in (401, 404, 405) or address.startswith(("/lti/login/", "/lti/register/")), (
                address
            )
