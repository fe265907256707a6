"""The next question in a real browser: it is there before it is asked for, and is the right one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Response, Route, expect

from examprep.models import User
from quizzes import schedule
from quizzes.models import Presentation
from tests import courses
from tests.browser.pages import asked_id, log_in

READING_MS = 7000


@pytest.fixture
def learner(transactional_db: None) -> User:
    """A student of the tiny course."""
    user = User.objects.create_user("ada", password="lovelace-1815", daily_minutes=120)
    schedule.enrol(user, courses.load())
    return user


@pytest.fixture(autouse=True)
def _without_a_pack(page: Page) -> None:
    """What the browser keeps for days without a network puts cards too, whenever it comes."""
    page.route("**/api/v1/packs/**", lambda route: route.abort())


def send_something(page: Page) -> None:
    """Send whatever stands there; a number, where one has to be typed."""
    field = page.locator(".typed input:not([type=hidden])")
    if field.count():
        field.fill("17")
    elif page.locator(".choices input").count():
        page.keyboard.press("1")
    page.locator("#check").click()
    expect(page.locator("#next")).to_be_visible()


def answer(page: Page) -> Response:
    """Answer; returns the next question as it comes."""
    with page.expect_response(lambda each: each.request.method == "GET" and each.url.endswith("/review/")) as coming:
        send_something(page)
    return coming.value


def test_it_is_there_before_it_is_asked_for(page: Page, learner: User) -> None:
    log_in(page)
    page.goto("/review/")
    first = asked_id(page)
    coming = answer(page)
    assert coming.request.url.endswith("/review/")
    assert "data-feedback" not in coming.text()
    stored = Presentation.objects.count()
    page.evaluate(f"Date.now = (now => () => now() + {READING_MS})(Date.now)")
    page.route("**/review/", lambda route: route.abort() if route.request.method == "GET" else route.continue_())
    page.locator("#next").click()
    assert asked_id(page) != first
    assert page.url.endswith("/review/")
    assert Presentation.objects.count() == stored

    # What was spent on the verdict will not count as time for this question.
    assert int(page.locator("#question [name=waited]").input_value()) >= READING_MS


def test_what_came_is_forgotten_when_the_answer_is_taken_back(page: Page, learner: User) -> None:
    log_in(page)
    page.goto("/review/")
    first = asked_id(page)
    answer(page)
    page.locator("#undo button").click()
    assert asked_id(page) == first


def test_it_is_asked_for_again_where_it_did_not_come(page: Page, learner: User) -> None:
    log_in(page)
    page.goto("/review/")
    first = asked_id(page)
    refused: list[str] = []

    def refuse(route: Route) -> None:
        if route.request.method == "GET" and not refused:
            refused.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route("**/review/", refuse)
    send_something(page)
    page.locator("#next").click()
    assert asked_id(page) != first
    assert refused
