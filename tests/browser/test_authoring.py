"""Authoring an item: rows of its form, and the preview beside it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from examprep.models import User
from tests.browser.test_session import log_in


@pytest.fixture
def author(transactional_db: None) -> User:
    return User.objects.create_superuser("ada", password="lovelace-1815")


def test_choices_are_added_moved_and_removed_and_shown_at_once(page: Page, author: User) -> None:
    log_in(page)
    page.goto("/admin/questions/item/add/?kind=single_choice")
    page.get_by_label("Stem").fill("What is $\\lambda$?")
    rows = page.locator("[data-rows]").first
    texts = rows.locator("tbody tr [name$='-text']")
    texts.first.fill("a penalty")
    rows.get_by_role("button", name="Add a choice").click()
    expect(texts.last).to_be_focused()
    texts.last.fill("a rate")

    rows.get_by_role("button", name="Move up").last.click()
    expect(texts.first).to_have_value("a rate")
    expect(texts.first).to_have_attribute("name", "choices-0-text")
    rows.locator("[name$='-correct']").first.check()
    rows.locator("[name$='-because']").last.fill("It is not learned.")
    page.get_by_label("Explanation").fill("By convention.")
    expect(page.locator(".item-preview .stem .katex")).to_be_visible(timeout=10_000)

    rows.get_by_role("button", name="Remove").first.click()
    expect(texts).to_have_count(1)
    expect(texts.first).to_have_value("a penalty")
    expect(texts.first).to_have_attribute("name", "choices-0-text")
