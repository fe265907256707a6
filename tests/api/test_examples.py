"""Every call has its examples in the OpenAPI document; they are of one student's story, and hold to the schema.

`make examples` keeps what the story gives anew, for the document to show: examprep/api_examples.json.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator, FormatChecker

from examprep.models import User
from examprep.openapi_examples import FILE
from questions import bank
from questions.models import Concept, Course, Item
from quizzes import schedule
from quizzes.calendar import format_instant
from quizzes.models import Notice
from tests.conftest import Api, review, wrong

BEGINS = datetime(2026, 3, 2, 17, tzinfo=UTC)
PASSWORD = "lovelace-1815"
MOST_TEXT, INNER, DEVICE, EVENT = 240, 3, "7d0c7d2e-6f3c-4b2a-9a38-5d0f0b6f1c11", "0b7f6d52-5a0e-4b5f-8a5e-2f6f1f7f9a01"
PUSH = {
    "type": "web",
    "endpoint": "https://fcm.googleapis.com/fcm/send/c2VudA",
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
}
"""The subscription of RFC 8291's example."""
BACK: dict[str, object] = {"stem": "What does L2 make small?", "back": "The weights."}
PARTS: dict[str, object] = {
    "stem": "A step multiplies a weight by $1 - \\eta\\lambda$.",
    "parts": [
        {"id": "factor", "kind": "numeric", "stem": "What is it for $\\eta\\lambda = 0.1$?", "answer": "0.9"},
        {"id": "twice", "kind": "numeric", "stem": "And after two steps?", "answer": "0.81"},
    ],
    "explanation": "One minus the product, once for each step.",
}
HINTS = ["What is left after a step?", "The product is taken away from 1."]
Key = Callable[[str], Any]
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
FORMATS = FormatChecker()
FORMATS.checks("date-time")(lambda text: text is None or INSTANT.fullmatch(text) is not None)
LONG_INSTANT = re.compile(rf'"(?!{INSTANT.pattern}")\d{{4}}-\d\d-\d\dT[^"]*')
LONG_SHARE = re.compile(r'"(\w*score\w*|mastery|low|high|interval|predicted|observed|retention)": \[?[^]",}]*\.\d{5}')


class Story(Api):
    """Calls whose first answers are kept as examples."""

    def __init__(self, user: User) -> None:
        super().__init__(user)
        self.client = Client(headers={"X-Session-Token": log_in(user)})
        self.kept: dict[str, dict[str, Any]] = {}

    def call(
        self, method: str, path: str, body: Any = None, query: str = "", apart: str = "type", **names: object
    ) -> Any:
        """Make the call, and return what it answers; `names` are the parameters of its path.

        Of lists, the example has an entry of each sort that the field `apart` tells apart.
        """
        address = f"/api/v1/{path.format(**names)}?html=0&{query}"
        sent = json.dumps(body) if body is not None else ""
        answer = self.client.generic(method, address, sent, content_type="application/json")
        assert 200 <= answer.status_code < 300, (method, path, answer.content)
        is_json = answer["Content-Type"] == "application/json" if answer.has_header("Content-Type") else False
        given = answer.json() if is_json and answer.content else None
        example = {"path": names or None, "request": body, "response": shorten(given, apart)}
        told = {name: each for name, each in example.items() if each is not None}
        self.kept.setdefault(f"{method} /api/v1/{path}", told)
        return given


def log_in(user: User) -> str:
    """The token of an app's new login."""
    login = {"username": user.username, "password": PASSWORD}
    answer = Client().post("/_allauth/app/v1/auth/login", login, content_type="application/json")
    token: str = answer.json()["meta"]["session_token"]
    return token


def shorten(part: Any, apart: str, depth: int = 0) -> Any:
    """Return what shows how an answer looks: the beginnings of texts, and an entry of each sort of the outer lists."""
    if isinstance(part, dict):
        return {name: shorten(each, apart, depth + 1) for name, each in part.items()}
    if isinstance(part, list):
        if depth < INNER and part and isinstance(part[0], dict):
            part = list({each.get(apart): each for each in reversed(part)}.values())[::-1]
        return [shorten(each, apart, depth) for each in part]
    return _as_told(part)[:MOST_TEXT] if isinstance(part, str) else part


def _as_told(text: str) -> str:
    """Return a text of the tests as an example has it."""
    return re.sub("(KEY|HINT)-[A-Z]+ ", "", text).replace("http://testserver", "https://examprep.example.org")


def of_kind(entries: Any, kind: str) -> Any:
    return next(each for each in entries if each["kind"] == kind)


def add_questions(course: Course) -> None:
    """Publish what calls need that the tiny course has not: hints, a card with a back, a question with parts."""
    hinted: dict[str, object] = Item.objects.get(slug="decay-factor").draft | {"hints": HINTS}
    questions: list[tuple[str, str, dict[str, object]]] = [
        ("decay-factor", "numeric", hinted),
        ("front-and-back", "recall", BACK),
        ("both-factors", "multi_part", PARTS),
    ]
    for slug, kind, body in questions:
        item = bank.save_draft(course, slug, kind, body, [Concept.objects.get(slug="factor")])
        bank.publish(item, seeds=20)


def tell(story: Story, student: User, key: Key) -> None:
    """A student's days, in which each call is made."""
    see_the_course(story, student)
    review_today(story, student, key)
    keep_a_notebook(story, key)
    sit_exams(story, key)
    leave(story)


def see_the_course(story: Story, student: User) -> None:
    call = story.call
    call("GET", "me/")
    call("PATCH", "me/", {"time_zone": "Europe/Berlin", "daily_minutes": 35})
    call("GET", "courses/")
    call("POST", "courses/{slug}/enrolment/", {}, slug="tiny")
    exam = call("GET", "exams/")["results"][0]["slug"]
    call("GET", "exams/{slug}/", slug=exam)
    sits_at = {"exam_dates": {exam: "2026-04-06T08:00:00.000Z"}}
    call("PATCH", "courses/{slug}/enrolment/", sits_at, slug="tiny")
    call("GET", "courses/{slug}/diagnostic/", slug="tiny")
    call("POST", "courses/{slug}/diagnostic/", slug="tiny")
    call("DELETE", "courses/{slug}/diagnostic/", slug="tiny")
    call("GET", "lessons/")
    call("GET", "lessons/{slug}/", slug="decay")
    call("GET", "lessons/{slug}/sections/", slug="decay")
    call("POST", "lessons/{slug}/quick-check/", slug="decay")
    call("GET", "lessons/{slug}/quick-check/", slug="decay")
    call("GET", "simulators/{name}/", name="early-stopping")
    call("GET", "concepts/")
    call("GET", "search/", query="q=penalty")
    call("PUT", "devices/{id}/", {"push": PUSH}, id=DEVICE)
    call("DELETE", "devices/{id}/", id=DEVICE)
    call("POST", "me/calendar/")
    call("GET", "me/calendar/")
    call("DELETE", "me/calendar/")
    Notice.objects.create(student=student, text="Your score went from 12 to 13.", made_at=timezone.now())


def review_today(story: Story, student: User, key: Key) -> None:
    call = story.call
    call("POST", "today/ahead/")
    student.refresh_from_db()
    schedule.look_ahead(student)
    call("GET", "today/ahead/")
    notice = call("GET", "today/")["notices"][0]["id"]
    call("DELETE", "today/notices/{id}/", id=notice)
    call("POST", "today/more/", {"minutes": 30}, "limit=1")
    asked = call("GET", "queue/")["results"]
    call("GET", "packs/", query="days=7&spares=1", apart="kind")
    numeric, choice = of_kind(asked, "numeric"), of_kind(asked, "single_choice")
    call("POST", "presentations/{id}/hints/", id=numeric["id"])
    call("GET", "presentations/{id}/hints/", id=numeric["id"])
    whole = of_kind(asked, "multi_part")
    part = whole["prompt"]["parts"][0]["id"]
    answer = {"response": key(whole["id"])["parts"][part]}
    call("POST", "presentations/{id}/parts/{part}/", answer, id=whole["id"], part=part)
    call("POST", "presentations/{id}/reveal/", {}, id=of_kind(asked, "recall")["id"])
    call("POST", "numbers/read/", {"value": "1,5e-3", "unit": "W"})
    events = [
        review(numeric["id"], wrong(numeric, key(numeric["id"])), confidence=4, id=EVENT, hints_used=1),
        review(choice["id"], key(choice["id"]), confidence=None),
        {"id": DEVICE, "type": "undo", "target": EVENT},
        {"id": EVENT.replace("0b7f", "0c7f"), "type": "bury", "card": of_kind(asked, "ordering")["card"]},
    ]
    now = format_instant(timezone.now())
    told = [{**event, "occurred_at": now} for event in events]
    call("POST", "reviews/batch/", {"device": DEVICE, "device_now": now, "cursor": "", "events": told}, apart="id")
    reason = {"category": "wording", "text": "Which of the two do you mean?"}
    call("POST", "presentations/{id}/reports/", reason, id=choice["id"])
    call("POST", "practice/", {"kind": "matching", "difficulty": 3})
    call("GET", "progress/")
    call("POST", "today/day-off/", query="limit=1")
    call("DELETE", "today/day-off/", query="limit=1")


def keep_a_notebook(story: Story, key: Key) -> None:
    call = story.call
    call("PUT", "bookmarks/{item}/", item="penalty-target")
    call("GET", "bookmarks/")
    call("DELETE", "bookmarks/{item}/", item="penalty-target")
    call("PUT", "notes/{item}/", {"text": "The *weights*, not the data."}, item="penalty-target")
    call("GET", "notes/{item}/", item="penalty-target")
    call("GET", "items/{item}/answers/", item="penalty-target")
    work = call("POST", "items/{item}/work/", item="decay-factor")["presentation"]["id"]
    call("POST", "presentations/{id}/work/", {"step": 1, "response": key(work)}, id=work)
    call("GET", "presentations/{id}/work/", id=work)
    call("PUT", "lessons/{slug}/sections/{heading}/reading/", {"state": "read"}, slug="decay", heading="the-penalty")
    call("DELETE", "lessons/{slug}/sections/{heading}/reading/", slug="decay", heading="the-penalty")


def sit_exams(story: Story, key: Key) -> None:
    call = story.call
    opened = call("POST", "exams/{slug}/sittings/", slug="tiny-exam")
    id, first = opened["id"], opened["slots"][0]
    answer = {"response": key(first["presentation"]["id"]), "rev": 0}
    call("PUT", "sittings/{id}/answers/{slot}/", answer, id=id, slot=1)
    call("PUT", "sittings/{id}/flags/{slot}/", {"flagged": True}, id=id, slot=1)
    call("GET", "sittings/{id}/", id=id)
    call("POST", "sittings/{id}/submit/", id=id)
    call("GET", "sittings/{id}/result/", id=id)
    call("GET", "sittings/")
    viva = call("POST", "exams/{slug}/sittings/", slug="tiny-viva")["id"]
    shown = call("POST", "sittings/{id}/rounds/{slot}/start/", id=viva, slot=1)
    right = key(shown["presentation"]["id"])
    call("PUT", "sittings/{id}/answers/{slot}/", {"response": right, "rev": 0}, id=viva, slot=1)
    call("POST", "sittings/{id}/rounds/{slot}/finish/", id=viva, slot=1)
    call("PUT", "sittings/{id}/rounds/{slot}/oral/", {"pair": next(iter(right["pairs"])), "mark": 2}, id=viva, slot=1)


def leave(story: Story) -> None:
    call = story.call
    call("GET", "sync/")
    call("GET", "me/export/")
    log_in(User.objects.get())  # on another phone
    logins = call("GET", "me/sessions/")["results"]
    call("DELETE", "me/sessions/{id}/", id=next(each["id"] for each in logins if not each["current"]))
    call("DELETE", "me/", {"password": PASSWORD})
    call("DELETE", "me/erasure/")
    call("DELETE", "courses/{slug}/enrolment/", slug="tiny")


@pytest.fixture
def march() -> Iterator[None]:
    with time_machine.travel(BEGINS, tick=False):
        yield


@pytest.fixture
def document(db: None) -> Any:
    return Client().get("/api/v1/schema/?format=json").json()


@pytest.mark.same_draws
@pytest.mark.usefixtures("march")
def test_every_call_is_made_by_a_student(course: Course, student: User, document: Any, key: Key) -> None:
    add_questions(course)
    story = Story(student)

    tell(story, student, key)

    if os.environ.get("EXAMPLES") == "keep":
        FILE.write_text(json.dumps(story.kept, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    calls = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert story.kept.keys() == calls
    answers = json.dumps([each.get("response") for each in story.kept.values()])
    assert LONG_INSTANT.findall(answers) == [], "instants have three decimals, in UTC"
    assert LONG_SHARE.findall(answers) == [], "what is estimated is told to four decimals"


@pytest.mark.any_database
def test_every_call_shows_what_is_sent_and_what_comes_back_and_both_hold_to_the_schema(document: Any) -> None:
    closed = without_other_fields(document)
    for name, content in contents(document):
        assert "example" in content, f"{name} has no example: tell of it above, and `make examples`"
        schema = {**without_other_fields(content["schema"]), "components": closed["components"]}
        validator = Draft202012Validator(schema, format_checker=FORMATS)
        errors = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(content["example"])]
        assert not errors, f"{name}: `make examples`, if it is only old: {errors}"


def contents(document: Any) -> Iterator[tuple[str, Any]]:
    """What every call takes and answers, as JSON."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            for body in bodies:
                for media, content in body.get("content", {}).items():
                    if "json" in media:
                        yield f"{method.upper()} {path}", content


def without_other_fields(part: Any) -> Any:
    """The schema, but fields that it does not name are refused: an example has none that are gone."""
    if isinstance(part, list):
        return [without_other_fields(each) for each in part]
    if not isinstance(part, dict):
        return part
    inner = {name: without_other_fields(each) for name, each in part.items()}
    return (
        {"additionalProperties": False, **inner}
        if isinstance(part.get("properties"), dict) and "type" in part
        else inner
    )
