"""Nothing on a page moves once it is seen: layout shifts as the browser counts them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from examprep.models import User
from questions.models import Lesson
from quizzes import schedule
from tests import courses
from tests.benchmarks.felt import OBSERVE
from tests.browser.pages import log_in

MOST = 0.05
SECTIONS = "\n\n".join(
    f"## Part {number}\n\nThe factor $1 - \\eta\\lambda_{number}$ of\n\n$$\nw_{number}\n$$" for number in range(8)
)


@pytest.mark.parametrize("path", ["/lessons/decay/", "/today/", "/review/", "/progress/"])
def test_nothing_moves_while_a_page_loads(phone: Page, transactional_db: None, path: str) -> None:
    student = User.objects.create_user("ada", password="lovelace-1815")
    schedule.enrol(student, courses.load())
    Lesson.objects.update(body_markdown=SECTIONS)
    schedule.look_ahead(student)
    log_in(phone)
    phone.add_init_script(OBSERVE)
    phone.goto(path, wait_until="networkidle")
    assert phone.evaluate("felt.cls") < MOST
    assert phone.locator(".math:not(.set)").count() == 0


def test_nothing_moves_as_scripts_put_their_buttons_in(phone: Page, transactional_db: None) -> None:
    schedule.enrol(User.objects.create_user("ada", password="lovelace-1815"), courses.load())
    log_in(phone)
    phone.add_init_script(OBSERVE)
    for kind, made in (("matching", ".matching.enhanced"), ("ordering", ".steps.enhanced")):
        phone.goto(f"/exams/?kind={kind}")
        phone.locator("form.practise button").first.tap()
        phone.wait_for_url("**/review/")
        phone.goto("/review/")
        phone.locator(made).wait_for()
        phone.evaluate("new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
        assert phone.evaluate("felt.cls") < MOST / 5, kind
