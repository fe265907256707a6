"""An instructor marks by keys, looks at a sitting, and mends it; the student reads it in the result."""

from __future__ import annotations

import re

from django.test import Client
from playwright.sync_api import Page, expect

from examprep.models import User
from quizzes.models import Exam, Sitting
from tests.browser.pages import check, find_grave, log_in
from tests.quizzes.exams.test_marking import first, make_exam, points_of, sit


def go(page: Page, address: str) -> None:
    """Open a page of the admin on a phone, in the dark: it fits, and axe finds nothing serious in what is its own."""
    page.set_viewport_size({"width": 360, "height": 800})
    page.emulate_media(color_scheme="dark")  # before: the admin's colours change slowly
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    assert find_grave(page, "#content") == [], address


def test_an_answer_is_marked_by_keys_and_the_last_mark_taken_back(
    page: Page, student: User, instructor: Client
) -> None:
    exam = make_exam(Exam.objects.get(slug="tiny-exam").course)
    sitting = sit(student, exam)
    log_in(page, "ina")
    go(page, "/admin/quizzes/slotmark/queue/")
    page.keyboard.press("1")
    page.keyboard.press("2")
    page.keyboard.press("1")
    expect(page.locator("input[name=points]:checked")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_text("There is nothing to mark")).to_be_visible()
    assert first(sitting).marked["points"] == points_of(first(sitting))[1:]
    page.get_by_role("button", name="Undo the last mark").click()
    expect(page.locator("input[name=points]")).to_have_count(2)
    assert first(sitting).waits


def test_a_sitting_is_opened_again_and_commented_on(page: Page, student: User, instructor: Client) -> None:
    sitting = sit(student, make_exam(Exam.objects.get(slug="tiny-exam").course))
    log_in(page, "ina")
    go(page, f"/admin/quizzes/sitting/{sitting.pk}/change/")
    page.get_by_text("Comment", exact=True).first.click()
    page.locator("#comment-why").fill("Well argued.")
    page.get_by_role("button", name="Comment").click()
    expect(page.get_by_role("heading", name="What was done")).to_be_visible()
    page.get_by_text("Open it again").first.click()
    page.get_by_role("button", name="Open it again").click()
    expect(page.get_by_text("Give more time").first).to_be_visible()
    assert Sitting.objects.get().is_open
    go(page, "/admin/quizzes/sitting/many/")
    page.context.clear_cookies()
    log_in(page)
    page.goto("/today/")
    expect(page.get_by_text("is open again")).to_be_visible()
    page.get_by_role("link", name="Go on").first.click()
    expect(page.locator("textarea")).to_have_value("They cannot co-adapt.")


def test_an_instructor_sits_a_trial(page: Page, instructor: Client) -> None:
    log_in(page, "ina")
    page.goto("/exams/tiny-exam/trial/?seed=3")
    check(page, "trial")
    page.get_by_role("button", name="Next").last.click()
    expect(page.get_by_role("heading", name="Question 2")).to_be_visible()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", name=re.compile(r"of 6$"))).to_be_visible()
