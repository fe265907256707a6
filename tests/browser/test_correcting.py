"""An instructor corrects a key in a few clicks, and the student who sat it is told."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from examprep.models import User
from quizzes import exams
from quizzes.exams import corrections
from quizzes.models import Exam
from tests.browser.pages import Clicker, log_in
from tests.quizzes.exams.corrections import mistaken

MOST_CLICKS = 6


@pytest.fixture
def sat(student: User) -> str:
    """The address of a sitting in which the student answered what the key did not say; the key is mended by now."""
    exam = Exam.objects.get(slug="tiny-exam")
    exam.blueprint = {"slots": 6}
    exam.save()
    sitting, _ = exams.open_sitting(student, exam, timezone.now())
    slot = sitting.slots.get(presentation__version__item__slug=mistaken.SLUG)
    response = mistaken.response(slot.presentation.prompt, mistaken.RIGHT)
    exams.save_answer(student, sitting.pk, slot.number, response, 0, timezone.now())
    exams.close_sitting(student, sitting.pk, timezone.now())
    mistaken.publish_corrected()
    return f"/sittings/{sitting.pk}/"


def test_a_key_is_corrected_and_the_student_hears_of_it(
    page: Page, student: User, instructor: Client, sat: str
) -> None:
    click = Clicker(page, "ina")
    click.begin(f"/admin/questions/item/{mistaken.item().pk}/change/")
    click("Correct marks", "link")
    click("Show what changes")
    row = page.get_by_role("row", name="ada")
    expect(row).to_contain_text("0 of 6 → 1 of 6")
    expect(row).to_contain_text(mistaken.RIGHT)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    click("Apply")
    expect(page.get_by_role("heading", name="Corrections so far")).to_be_visible()
    assert click.clicks <= MOST_CLICKS
    corrections.regrade_waiting()
    page.context.clear_cookies()
    log_in(page)
    page.goto("/today/")
    told = page.get_by_role("note").filter(has_text="your score went from 0 of 6 to 1 of 6")
    expect(told).to_be_visible()
    told.get_by_role("link", name="See the result").click()
    page.wait_for_url(f"**{sat}")
    expect(page.get_by_role("note").filter(has_text="was corrected on")).to_be_visible()
    page.locator("details.result-slot", has_text="L2 penalty").locator("summary").first.click()
    expect(page.get_by_text("This question was corrected: The key was wrong.")).to_be_visible()
    page.goto("/today/")
    page.get_by_role("button", name="Got it").click()
    expect(told).to_have_count(0)
