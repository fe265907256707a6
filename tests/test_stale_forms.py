"""A form that was opened before its owner logged in anew is sent once more, with all that was typed in it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from examprep.models import User
from questions.models import Concept
from quizzes.models import ReviewEvent
from tests.conftest import Api
from tests.forms import filled_in

pytestmark = pytest.mark.any_database
OURS = {"origin": "http://testserver"}
STALE = {"csrfmiddlewaretoken": "a" * 64}


def browser(user: User) -> Client:
    """A browser with a token, as every page gives."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    client.get("/settings/")
    return client


def offered_token(client: Client) -> str:
    """The token of a page."""
    (token, *_) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get("/settings/").content.decode())
    return str(token)


def offered(page: str) -> dict[str, str]:
    """The fields of the form that sends what was sent once more."""
    (form,) = re.findall(r'<form class="actions"[^>]*method="post"[^>]*>(.*?)</form>', page, re.DOTALL)
    return {name: html.unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form)}


@pytest.mark.parametrize("scripts", [False, True])
def test_an_answer_is_sent_once_more(student: User, key: Callable[[str], Any], scripts: bool) -> None:
    numeric = next(shown for shown in Api(student).queue()["results"] if shown["kind"] == "numeric")
    web = browser(student)
    typed = {"presentation": numeric["id"], **key(numeric["id"]), **STALE}
    refused = web.post("/review/", typed, headers={**OURS, **({"hx-request": "true"} if scripts else {})})
    assert not ReviewEvent.objects.exists()
    page = web.get(refused["HX-Redirect"]) if scripts else refused

    again = web.post("/review/", offered(page.content.decode()), headers=OURS)

    assert again.status_code == 302
    assert ReviewEvent.objects.get().student == student


def test_a_text_of_an_author_is_sent_once_more(instructor: Client) -> None:
    concept = Concept.objects.get(slug="l2")
    url = f"/admin/questions/concept/{concept.pk}/change/"
    text = 'Two lines,\n\n  <b> & "more".'
    sent = filled_in(instructor, url) | {"definition": text, "_save": "Save"}
    web = browser(User.objects.get(username="ina"))
    refused = web.post(url, sent | STALE, headers=OURS)
    assert refused.status_code == 403

    assert web.post(url, offered(refused.content.decode()), headers=OURS).status_code == 302

    concept.refresh_from_db()
    assert concept.definition == text


def test_a_text_outlasts_its_session(instructor: Client) -> None:
    concept = Concept.objects.get(slug="l2")
    url = f"/admin/questions/concept/{concept.pk}/change/"
    sent = filled_in(instructor, url) | {"definition": "A long text.", "_save": "Save"}
    web = browser(User.objects.get(username="ina"))
    token = offered_token(web)
    web.cookies.pop("sessionid")

    page = web.post(url, sent | {"csrfmiddlewaretoken": token}, headers=OURS).content.decode()
    assert "You are no longer logged in" in page
    web.post("/accounts/login/", {"login": "ina", "password": "teaches", "csrfmiddlewaretoken": token}, headers=OURS)
    page = web.post(url, offered(page), headers=OURS).content.decode()  # the token is another since the login
    assert web.post(url, offered(page), headers=OURS).status_code == 302

    concept.refresh_from_db()
    assert concept.definition == "A long text."


@pytest.mark.parametrize("headers", [{}, {"origin": "http://elsewhere.example"}, {"origin": "null"}])
def test_what_may_come_from_another_site_is_not_offered(student: User, headers: dict[str, str]) -> None:
    refused = browser(student).post("/settings/", {"daily_minutes": "480", **STALE}, headers=headers)
    assert refused.status_code == 403
    assert b"480" not in refused.content


@pytest.mark.parametrize("path", ["/accounts/login/?next=/today/", "/admin/password_change/"])
def test_a_password_is_typed_anew(student: User, path: str) -> None:
    web = browser(student)
    refused = web.post(path, {"login": "ada", "old_password": "x", "password": "x", **STALE}, headers=OURS)
    assert refused["Location"] == path
