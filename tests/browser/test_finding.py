"""The map of concepts by keyboard, and search from any page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from examprep.models import User
from quizzes import schedule
from tests import courses
from tests.browser.pages import check, log_in
from tests.conftest import Api


@pytest.fixture
def learner(transactional_db: None) -> User:
    user = User.objects.create_user("ada", password="lovelace-1815")
    schedule.enrol(user, courses.load(exams=False))
    return user


@pytest.fixture
def api(learner: User) -> Api:
    return Api(learner)


def test_the_map_and_the_search_by_keyboard(page: Page, learner: User) -> None:
    log_in(page)
    page.goto("/concepts/")
    page.locator(".map").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".map a").first).to_be_focused()
    outline = page.locator(".map a .box").first.evaluate("box => getComputedStyle(box).strokeWidth")
    assert float(outline.removesuffix("px")) > 2
    page.keyboard.press("Enter")
    expect(page).to_have_url("/courses/tiny/concepts/l2/")
    expect(page.locator(".katex").first).to_be_visible()

    page.wait_for_load_state()  # keys are listened to from then on
    page.keyboard.press("/")
    field = page.get_by_role("searchbox")
    expect(field).to_be_focused()
    expect(page).to_have_url("/search/")
    page.keyboard.type("zebra/gnu")
    expect(page.get_by_role("status").first).to_have_text("No results")
    field.fill("")
    expect(page.locator("#found")).to_contain_text("on any page to search")
    page.keyboard.type("factor")
    first = page.locator("#found a").first
    expect(first).to_have_text("Decay factor")
    expect(page).to_have_url("/search/?q=factor")
    first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url("/courses/tiny/concepts/factor/")
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("factor")
    expect(page.locator("#found a").first).to_have_text("Decay factor")


ADDRESSES = ("/concepts/", "/concepts/l2/", "/progress/", "/search/?q=decay")


def test_the_pages_fit_any_screen_and_anyone(page: Page, learner: User, api: Api, key: Callable[[str], Any]) -> None:
    for one in api.queue()["results"]:
        api.answer(one["id"], key(one["id"]))
    log_in(page)
    for address in ADDRESSES:
        page.goto(address)
        check(page, address)
