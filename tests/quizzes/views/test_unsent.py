"""An answer whose session ran out is sent after the login, with scripts and without."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from examprep.models import User
from quizzes.models import Presentation, ReviewEvent
from quizzes.views.unsent import MAX_LENGTH
from tests.conftest import Api

pytestmark = pytest.mark.any_database
Key = Callable[[str], Any]
PASSWORD = "lovelace-1815"


@pytest.fixture
def asked(student: User) -> Presentation:
    numeric = next(one for one in Api(student).queue()["results"] if one["kind"] == "numeric")
    return Presentation.objects.get(pk=numeric["id"])


def log_in(client: Client, name: str, password: str, next_page: str) -> str:
    """Log in by the form; the address of the page after it."""
    return str(client.post("/accounts/login/", {"login": name, "password": password, "next": next_page})["Location"])


def kept_form(client: Client, address: str) -> tuple[str, dict[str, str]]:
    """Where the form of what was kept goes, and its fields."""
    html = client.get(address).content.decode()
    form = re.search(r'<form class="actions" id="unsent" method="post" action="([^"]+)">(.*?)</form>', html, re.DOTALL)
    assert form, html
    return form[1], dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[2]))


@pytest.mark.parametrize("scripts", [True, False])
def test_what_was_typed_is_sent_after_the_login(student: User, asked: Presentation, key: Key, scripts: bool) -> None:
    web = Client()
    typed = {"presentation": str(asked.pk), **key(str(asked.pk)), "csrfmiddlewaretoken": "old"}
    answer = web.post("/review/", typed, headers={"HX-Request": "true"} if scripts else {})
    assert answer["HX-Redirect" if scripts else "Location"] == "/accounts/login/?next=/unsent/"
    assert not ReviewEvent.objects.exists()

    action, fields = kept_form(web, log_in(web, student.username, PASSWORD, "/unsent/"))

    assert fields.pop("csrfmiddlewaretoken") != "old"
    feedback = web.post(action, fields, follow=True).content.decode()
    assert "Correct" in feedback
    assert ReviewEvent.objects.get().student == student
    assert web.get("/unsent/")["Location"] == "/today/"


def test_it_is_nothing_to_whoever_else_logs_in(stranger: User, asked: Presentation, key: Key) -> None:
    web = Client()
    web.post("/review/", {"presentation": str(asked.pk), **key(str(asked.pk))})
    action, fields = kept_form(web, log_in(web, stranger.username, "listens-in", "/unsent/"))
    assert web.post(action, fields).status_code == 404
    assert not ReviewEvent.objects.exists()
    assert web.get("/unsent/")["Location"] == "/today/"


def test_a_quick_check_and_a_page_of_an_exam_keep_theirs_too(student: User, asked: Presentation) -> None:
    lesson = asked.version.lesson.slug
    addresses = (f"/lessons/{lesson}/quick-check/", "/sittings/00000000-0000-4000-8000-000000000000/")
    for address in addresses:
        web = Client()
        web.post(address, {"presentation": str(asked.pk), "value": "1 < 2"})
        assert kept_form(web, log_in(web, student.username, PASSWORD, "/unsent/"))[0] == address


def test_what_is_no_answer_is_not_kept(student: User) -> None:
    web = Client()
    web.post("/review/", {"value": "1" * MAX_LENGTH})
    assert log_in(web, student.username, PASSWORD, "/unsent/") == "/unsent/"
    assert web.get("/unsent/")["Location"] == "/today/"
