"""Worked by hand on the web, without scripts and as parts of a page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from examprep.models import User
from quizzes import lessons, schedule
from quizzes.models import Presentation, ReviewEvent
from tests.conftest import Api

pytestmark = pytest.mark.any_database

ADDRESS = "/work/decay-factor/"
PART = {"HX-Request": "true"}


@pytest.fixture
def web(student: User) -> Client:
    schedule.ensure_cards(student)
    client = Client()
    client.force_login(student)
    return client


def fields_of(page: str) -> dict[str, str]:
    """What the form of a page sends along."""
    return dict(re.findall(r'<input type="hidden" name="(presentation|step)" value="([^"]*)"', page))


def key_of(student: User, page: str) -> str:
    work = lessons.find_work(student, Presentation.objects.get(pk=fields_of(page)["presentation"]).pk)
    assert work is not None
    return repr(work.steps[work.at].value)


def test_a_question_is_worked_step_by_step_without_scripts(web: Client, student: User) -> None:
    page = web.get(ADDRESS).content.decode()
    assert page.count("KEY-STEP") == 1  # the last is asked
    assert "KEY-EXPLANATION" not in page

    wrong = web.post(ADDRESS, {**fields_of(page), "value": "7"}).content.decode()
    assert "Not right yet" in wrong
    assert 'value="7"' in wrong
    unread = web.post(ADDRESS, {**fields_of(page), "value": "1,234"}).content.decode()
    assert "aria-invalid" in unread
    assert "Not right yet" not in unread

    done = web.post(ADDRESS, {**fields_of(page), "value": key_of(student, page)}, follow=True)
    shown = done.content.decode()
    assert done.redirect_chain[0][0].endswith(f"?presentation={fields_of(page)['presentation']}#step")
    assert "1 of 2 steps by you" in shown
    assert "KEY-EXPLANATION" in shown
    event = ReviewEvent.objects.get(type="practice")
    assert not event.undone

    again = web.post(ADDRESS, {"presentation": fields_of(page)["presentation"], "next": "1"}, follow=True)
    assert "KEY-STEP" not in again.content.decode()
    assert ReviewEvent.objects.filter(type="practice").count() == 1


def test_a_step_is_shown_on_request_and_the_end_may_be_taken_back(web: Client) -> None:
    page = web.get(ADDRESS, headers=PART).content.decode()
    assert "<html" not in page
    done = web.post(ADDRESS, {**fields_of(page), "dont_know": "1"}, headers=PART).content.decode()
    assert "Worked through" in done
    assert "shown to you" in done

    undone = web.post(ADDRESS, {**fields_of(done), "undo": "1"}, headers=PART).content.decode()
    assert ReviewEvent.objects.get(type="practice").undone
    assert "KEY-STEP" in undone  # one step more is shown again


def test_what_was_broken_off_at_its_end_counts_when_one_goes_on(web: Client, student: User) -> None:
    page = web.get(ADDRESS).content.decode()
    pk = fields_of(page)["presentation"]
    Presentation.objects.filter(pk=pk).update(work={"shown": 1, "responses": [{"dont_know": True}]})
    web.post(ADDRESS, {"presentation": pk, "next": "1"})
    assert ReviewEvent.objects.filter(type="practice", presentation__pk=pk).count() == 1


def test_nothing_is_worked_that_has_no_steps_or_is_in_an_open_exam(web: Client, api: Api, student: User) -> None:
    assert web.get("/work/unknown/").status_code == 404
    assert web.get("/work/penalty-target/").status_code == 302
    page = web.get(ADDRESS).content.decode()
    api.post("exams/tiny-exam/sittings/", {})
    refused: Any = web.get(ADDRESS, follow=True)
    assert "in an exam that you have open" in refused.content.decode()
    posted = web.post(ADDRESS, {**fields_of(page), "dont_know": "1"}, follow=True)
    assert "KEY-STEP" not in posted.content.decode()


def test_it_is_offered_at_the_end_of_a_lesson_after_an_answer_and_beside_past_answers(
    web: Client, api: Api, key: Any
) -> None:
    slug = web.get(ADDRESS).context["lesson"].slug
    assert f"/lessons/{slug}/work/" in web.get(f"/lessons/{slug}/").content.decode()
    listed = web.get(f"/lessons/{slug}/work/").content.decode()
    assert ADDRESS in listed
    assert "1 of 2 steps" in listed
    (asked,) = (each for each in api.queue()["results"] if each["item"] == "decay-factor")
    assert ADDRESS not in web.get(f"/review/?presentation={asked['id']}").content.decode()
    answered = api.answer(asked["id"], key(asked["id"]))
    assert ADDRESS in web.get(f"/review/{answered['id']}/").content.decode()
    assert ADDRESS in web.get("/notebook/decay-factor/answers/").content.decode()


def test_visitors_log_in_first(web: Client) -> None:
    assert Client().get(ADDRESS).status_code == 302


def test_who_came_from_a_review_goes_on_with_it(web: Client) -> None:
    def end() -> str:
        page = web.get(ADDRESS, headers=PART).content.decode()
        while "Show this step" in page:
            page = web.post(ADDRESS, {**fields_of(page), "dont_know": "1"}, headers=PART).content.decode()
        return page

    assert "Go on with the review" not in end()
    asked = web.get("/review/").context["presentation"]["id"]
    web.post("/review/", {"presentation": asked, "dont_know": "1"})
    assert "Go on with the review" in end()
