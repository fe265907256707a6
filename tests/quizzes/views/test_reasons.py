"""Every option says why it is right or wrong, not only the one that was chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from examprep.models import User
from tests.conftest import Api

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
Key = Callable[[str], Any]


def ask(api: Api, kind: str) -> dict[str, Any]:
    return next(each for each in api.queue()["results"] if each["kind"] == kind)


def test_a_grade_has_the_reason_of_every_option(api: Api, key: Key) -> None:
    asked = ask(api, "single_choice")
    grade = api.answer(asked["id"], key(asked["id"]))["grade"]
    texts = {choice["id"]: choice["text"] for choice in asked["prompt"]["choices"]}
    assert grade["feedback"] == []
    assert {texts[reason["target"]]: reason["message_html"] for reason in grade["reasons"]} == {
        "The data": "The data stays as it is.",
        "The learning rate": "The optimiser sets that.",
    }


@pytest.mark.parametrize(
    ("kind", "reasons"),
    [("single_choice", ["The data stays as it is.", "The optimiser sets that."]), ("matching", ["It drops neurons."])],
)
def test_a_right_answer_shows_the_reasons_of_the_other_options(
    api: Api, student: User, key: Key, kind: str, reasons: list[str]
) -> None:
    asked = ask(api, kind)
    api.answer(asked["id"], key(asked["id"]))
    browser = Client()
    browser.force_login(student)
    event = student.review_events.get().event_id
    page = browser.get(f"/review/{event}/").content.decode()
    assert page.index('id="verdict"') < page.index(' results"')
    for reason in reasons:
        assert reason in page


def test_a_quick_check_says_what_is_wrong_with_an_answer_and_an_unknown_one_is_no_error(
    student: User, key: Key
) -> None:
    browser = Client()
    browser.force_login(student)
    page = browser.get("/lessons/decay/quick-check/")
    asked = next(part["presentation"] for part in page.context["parts"] if part["presentation"]["kind"] == "numeric")
    factor = 1 - float(key(asked["id"])["value"])
    form = {"presentation": asked["id"], "value": str(factor)}
    part = browser.post("/lessons/decay/quick-check/", form, headers={"HX-Request": "true"}).content.decode()
    assert "Incorrect" in part
    assert "That is the part taken away" in part
    assert "Correct answer" in part
    browser.post("/lessons/decay/quick-check/", {"presentation": asked["id"], "undo": "1"})
    form = {"presentation": asked["id"], "dont_know": "1"}
    part = browser.post("/lessons/decay/quick-check/", form, headers={"HX-Request": "true"}).content.decode()
    assert "Not known yet" in part
