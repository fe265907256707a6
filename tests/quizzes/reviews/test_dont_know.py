"""“I don't know” is an answer to any kind: 0, rated again, and no misconception."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from examprep.models import User
from quizzes.exams.item_flags import LEFT_EMPTY
from quizzes.exams.outcomes import list_picked
from quizzes.models import Presentation, Review
from quizzes.presentations import body_of
from tests.conftest import Api, review

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
DONT_KNOW = {"dont_know": True}


def test_every_kind_takes_it_and_calls_it_no_misconception(api: Api) -> None:
    asked = api.queue()["results"]
    results = api.send(*(review(each["id"], DONT_KNOW, confidence=5) for each in asked))
    assert len({each["kind"] for each in asked}) == 6
    for result in results:
        grade = result["grade"]
        assert (result["status"], grade["score"], grade["rating"], grade["feedback"]) == ("accepted", 0, "again", [])
        assert grade["key"]
        assert grade["cards"]
    assert set(Review.objects.values_list("rating", flat=True)) == {1}
    for shown in Presentation.objects.select_related("version"):
        assert list_picked(shown.version.kind, body_of(shown.version), shown.answer, DONT_KNOW) == [LEFT_EMPTY]


@pytest.mark.parametrize("response", [{"dont_know": 1}, {"dont_know": False}, {"dont_know": "true"}])
def test_anything_else_is_no_answer(api: Api, response: dict[str, Any]) -> None:
    (result,) = api.send(review(api.queue()["results"][0]["id"], response))
    assert (result["status"], result["code"]) == ("rejected", "format")


def test_its_button_sends_it_for_every_kind_and_the_answer_is_shown(api: Api, student: User) -> None:
    browser = Client()
    browser.force_login(student)
    for asked in api.queue()["results"]:
        page = browser.post("/review/", {"presentation": asked["id"], "dont_know": "1", "value": ""}, follow=True)
        assert page.status_code == 200
        assert "Not known yet" in page.content.decode()
        assert "Correct answer" in page.content.decode()
    assert all(event.response == DONT_KNOW for event in student.review_events.all())


def test_a_sitting_takes_it_as_no_answer(api: Api, student: User) -> None:
    opened = api.post("exams/tiny-exam/sittings/", {}).json()
    saved = api.client.put(
        f"/api/v1/sittings/{opened['id']}/answers/1/",
        {"response": DONT_KNOW, "rev": 0},
        content_type="application/json",
    )
    assert saved.status_code == 200
    api.post(f"sittings/{opened['id']}/submit/", {})
    browser = Client()
    browser.force_login(student)
    assert browser.get(f"/sittings/{opened['id']}/").status_code == 200
