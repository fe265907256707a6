"""A question worked by hand in a real browser: from the lesson's end, by keys alone, one step more each time."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Page, expect

from examprep.models import User
from quizzes import lessons, schedule
from quizzes.models import ReviewEvent
from tests import courses
from tests.browser.pages import check, log_in


@pytest.fixture
def learner(transactional_db: None) -> User:
    user = User.objects.create_user("ada", password="lovelace-1815")
    schedule.enrol(user, courses.load(exams=False))
    schedule.ensure_cards(user)
    return user


def fill_in(page: Page, learner: User) -> None:
    """Type what comes out in the step that is asked, and press Enter."""
    presentation = page.locator("[name=presentation]").input_value()
    work = lessons.find_work(learner, uuid.UUID(presentation))
    assert work is not None
    page.keyboard.type(repr(work.steps[work.at].value))
    page.keyboard.press("Enter")


def test_a_step_that_is_sent_before_scripts_are_there_comes_back_with_the_focus_on_it(
    page: Page, learner: User
) -> None:
    page.route("**/htmx*", lambda route: route.abort())
    log_in(page)
    page.goto("/courses/tiny/work/decay-factor/")
    field = page.get_by_label("Your answer")
    field.fill("7")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Not right yet")
    expect(field).to_be_focused()


def test_an_example_is_worked_by_keys_and_again_with_one_step_more(page: Page, learner: User) -> None:
    log_in(page)
    page.goto("/lessons/decay/")
    page.get_by_role("link", name="Work an example by hand").click()
    page.get_by_role("link", name="Decay factor").click()
    field, verdict = page.get_by_label("Your answer"), page.locator("#verdict")
    expect(page.get_by_text("Step 2 of 2")).to_be_visible()

    field.focus()
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Not right yet")
    expect(field).to_be_focused()
    check(page, "a step that is not right yet")
    page.keyboard.press("Control+A")
    fill_in(page, learner)
    expect(verdict).to_be_focused()
    expect(verdict).to_have_text("1 of 2 steps by you")
    check(page, "worked to its end")

    page.keyboard.press("Tab")
    while not page.locator("button[name=next]:focus").count():
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Step 1 of 2")).to_be_visible()
    expect(field).to_be_focused()
    page.get_by_text("Hint", exact=True).click()
    expect(page.get_by_text("Count the decimals")).to_be_visible()
    field.focus()
    fill_in(page, learner)
    expect(page.get_by_text("Step 2 of 2")).to_be_visible()
    expect(field).to_be_focused()
    fill_in(page, learner)
    expect(verdict).to_have_text("2 of 2 steps by you")
    assert ReviewEvent.objects.filter(type="practice", undone=False).count() == 2
