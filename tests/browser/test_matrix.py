"""A matrix in a real browser: a grid that grows by keys and takes what is pasted, and a text field without scripts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from examprep.models import User
from questions import bank
from quizzes import schedule
from quizzes.models import ReviewEvent
from tests.browser.pages import check, log_in
from tests.questions.kinds.parts import write_course

ITEM = {
    "slug": "identity",
    "kind": "matrix",
    "concepts": ["l2"],
    "difficulty": 1,
    "seconds": 30,
    "stem": "Which 2 × 2 matrix changes nothing?",
    "answer": [[1, 0], [0, 1]],
    "explanation": "Each row takes one entry.",
}


@pytest.fixture
def learner(transactional_db: None, tmp_path: Path) -> User:
    write_course(tmp_path, ITEM)
    user = User.objects.create_user("ada", password="lovelace-1815")
    schedule.enrol(user, bank.load_course(tmp_path, seeds=20).course)
    return user


PASTE = """(cell, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text", text);
  cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def test_a_matrix_is_typed_by_keys_into_a_grid_that_grows_or_pasted(page: Page, learner: User) -> None:
    log_in(page)
    page.goto("/review/")
    cells, text = page.locator(".cells input"), page.locator("#question textarea")
    expect(cells).to_have_count(4)
    expect(cells.first).to_be_focused()
    check(page, "matrix")

    cells.first.focus()
    page.keyboard.type("1 2,5;3 4")
    expect(cells).to_have_count(9)
    expect(text).to_have_value("[[1; 2.5]; [3; 4]]")
    expect(page.locator(".echo .katex")).to_be_visible()

    cells.first.evaluate(PASTE, "array([[1., 0.],\n       [0., 2.]])")
    expect(text).to_have_value("[[1.; 0.]; [0.; 2.]]")
    page.get_by_label("Row 2, column 2").fill("1")
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_have_text(re.compile("Correct"))
    assert ReviewEvent.objects.get().response == {"value": "[[1.; 0.]; [0.; 1]]"}


def test_what_cannot_be_read_for_sure_is_pasted_as_text_and_sent_back(page: Page, learner: User) -> None:
    log_in(page)
    page.goto("/review/")
    page.locator(".cells input").first.evaluate(PASTE, "1,0; 0,1")
    text = page.locator("#question textarea")
    expect(text).to_be_focused()
    expect(text).to_have_value("1,0; 0,1")
    expect(page.locator(".echo")).to_contain_text("two readings")


def test_without_scripts_it_is_one_text_field(plain_page: Page, learner: User) -> None:
    log_in(plain_page)
    plain_page.goto("/review/")
    plain_page.locator("#question textarea").fill("1 0\n0 1")
    plain_page.get_by_role("button", name="Check").click()
    expect(plain_page.locator("#verdict")).to_have_text(re.compile("Correct"))
