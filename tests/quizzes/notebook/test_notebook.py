"""Bookmarks, private notes and histories: the student's own, over REST and on pages alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from examprep.models import User
from questions.models import Item
from quizzes import notebook
from quizzes.models import Bookmark, Note
from quizzes.views.template_tags.words import lasting
from tests.conftest import Api

pytestmark = pytest.mark.django_db
Key = Callable[[str], Any]
ITEM = "penalty-target"


@pytest.fixture
def browser(student: User) -> Client:
    client = Client()
    client.force_login(student)
    return client


def put(api: Api, path: str, body: Any = None) -> Any:
    return api.client.put(f"/api/v1/{path}", json.dumps(body), content_type="application/json")


def answer(api: Api, response: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    asked = next(each for each in api.queue()["results"] if each["item"] == ITEM)
    return api.answer(asked["id"], response(asked))


def test_a_bookmark_is_set_listed_and_taken_away(api: Api, browser: Client, stranger: User) -> None:
    for _ in range(2):
        assert put(api, f"bookmarks/{ITEM}/").status_code == 204
    assert [each["item"] for each in api.get("bookmarks/").json()["results"]] == [ITEM]
    assert Api(stranger).get("bookmarks/").json()["results"] == []
    assert ITEM.replace("-", " ").capitalize() in browser.get("/notebook/").content.decode()
    browser.post(f"/notebook/{ITEM}/bookmark/", {"on": "0"})
    assert not Bookmark.objects.exists()
    assert api.client.delete(f"/api/v1/bookmarks/{ITEM}/").status_code == 204
    assert put(api, "bookmarks/no-such-item/").status_code == 404
    assert browser.post("/notebook/no-such-item/bookmark/", {"on": "1"}).status_code == 404


def test_a_note_is_kept_sanitised_and_nobody_elses(api: Api, browser: Client, stranger: User) -> None:
    text = "Why $w^2$? <script>alert(1)</script> **Because**"
    note = put(api, f"notes/{ITEM}/", {"text": text}).json()
    assert note["text"] == text
    assert "<script>" not in note["text_html"]
    assert "<strong>Because</strong>" in note["text_html"]
    assert Api(stranger).get(f"notes/{ITEM}/").json() == {"text": "", "text_html": "", "changed_at": None}
    page = browser.get("/notebook/").content.decode()
    assert "<strong>Because</strong>" in page
    assert "<script>alert" not in page
    for refused in ("x" * (notebook.MAX_NOTE + 1), "nul \0", None):
        assert put(api, f"notes/{ITEM}/", {"text": refused}).status_code == 400
    assert Note.objects.get().text == text
    browser.post(f"/notebook/{ITEM}/note/", {"text": "  "})
    assert not Note.objects.exists()


def test_a_question_shows_how_it_went_and_what_that_did_to_its_memory(
    api: Api, browser: Client, key: Key, stranger: User
) -> None:
    event = answer(api, lambda asked: {"dont_know": True})["id"]
    (past,) = api.get(f"items/{ITEM}/answers/").json()["results"]
    assert (past["score"], past["rating"], past["in_exam"]) == (0, "again", False)
    assert past["stability"] > 0
    assert Api(stranger).get(f"items/{ITEM}/answers/").json() == {"results": []}
    page = browser.get(f"/notebook/{ITEM}/answers/").content.decode()
    assert "not known" in page
    assert lasting(past["stability"]) in page
    review = browser.get(f"/review/{event}/").content.decode()
    assert f"/notebook/{ITEM}/answers/" in review


@pytest.mark.any_database
def test_what_an_open_exam_asks_says_nothing_of_its_answers(api: Api, student: User) -> None:
    answer(api, lambda asked: {"dont_know": True})
    item = Item.objects.get(slug=ITEM)
    (past,) = notebook.list_answers(student, item.pk, withheld=True)
    assert (past.score, past.rating, past.stability_days) == (None, None, None)


def test_the_form_beside_an_answer_saves_and_says_what_is_wrong(api: Api, browser: Client) -> None:
    event = answer(api, lambda asked: {"dont_know": True})["id"]
    htmx = {"HX-Request": "true"}
    saved = browser.post(f"/notebook/{ITEM}/note/", {"text": "*Mine*", "event": event}, headers=htmx).content.decode()
    assert "<em>Mine</em>" in saved
    assert "Saved" in saved
    long = browser.post(f"/notebook/{ITEM}/note/", {"text": "x" * 10_001}, headers=htmx).content.decode()
    assert "at most 10000 characters" in long
    assert browser.post(f"/notebook/{ITEM}/bookmark/", {"on": "1", "event": event})["Location"] == f"/review/{event}/"
    assert 'aria-pressed="true"' in browser.get(f"/review/{event}/").content.decode()


def test_the_notebook_takes_three_queries_whatever_is_in_it(student: User) -> None:
    for item in Item.objects.all():
        Bookmark.objects.create(student=student, item=item, made_at="2026-01-01T00:00:00Z")
    with CaptureQueriesContext(connection) as captured:
        assert len(notebook.list_entries(student)) == 6
    assert len(captured) == 3


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("days", "said"),
    [(0.01, "1 hour"), (0.25, "6 hours"), (2.4, "2 days"), (30, "4 weeks"), (200, "7 months"), (4000, "11 years")],
)
def test_how_long_something_is_remembered(days: float, said: str) -> None:
    assert lasting(days).replace("\N{NO-BREAK SPACE}", " ") == said


def test_the_notebook_has_pages(api: Api, browser: Client, student: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quizzes.views.notebook.ROWS", 2)
    items = [asked["item"] for asked in api.queue()["results"]][:3]
    for item in items:
        put(api, f"bookmarks/{item}/")
    first, last = browser.get("/notebook/"), browser.get("/notebook/", {"page": "2"})
    assert [len(page.context["rows"]) for page in (first, last)] == [2, 1]
    assert "1 of 2" in first.content.decode()
    assert first.content.decode().count('name="item"') == len(set(items))  # all are practised, not the page's
