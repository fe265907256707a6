"""Every option says why it is right or wrong, not only the one that was chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from examprep.models import User
from tests.conftest import Api

pytestmark = pytest.mark.django_db
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
