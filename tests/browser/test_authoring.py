"""Authoring an item: rows of its form, and the preview beside it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Dialog, Page, expect

from examprep.models import User
from questions import bank
from questions.models import Course, Item
from tests.browser.pages import log_in


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
    expect(page.locator(".item-preview .stem .katex")).to_be_visible()

    rows.get_by_role("button", name="Remove").first.click()
    expect(texts).to_have_count(1)
    expect(texts.first).to_have_value("a penalty")
    expect(texts.first).to_have_attribute("name", "choices-0-text")


def test_a_page_asks_before_edits_are_lost_and_only_then(page: Page, author: User, course: Course) -> None:
    asked: list[str] = []
    answers = {"leave": False}

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept() if answers["leave"] else dialog.dismiss()

    page.on("dialog", answer)
    log_in(page)
    url = f"/admin/questions/item/{Item.objects.get(slug='order-of-a-step').pk}/change/"
    page.goto(url)
    stem = page.get_by_label("Stem")
    before = stem.input_value()
    stem.fill("An hour of work")
    stem.fill(before)
    page.get_by_role("link", name="Items", exact=True).first.click()
    expect(page).to_have_url(re.compile("/item/$"))
    assert not asked

    page.goto(url)
    stem.fill("An hour of work")
    page.get_by_role("link", name="Items", exact=True).first.click()
    expect(stem).to_have_value("An hour of work")
    assert asked == ["beforeunload"]

    page.get_by_role("button", name="Save draft").dblclick()
    expect(page.get_by_text("is saved. Students do not see it")).to_have_count(1)
    expect(stem).to_have_value("An hour of work")
    assert asked == ["beforeunload"]

    stem.fill("Mine")
    item = Item.objects.get(slug="order-of-a-step")
    tags = [tag.concept for tag in item.tags.all()]
    bank.save_draft(course, item.slug, item.kind, item.draft | {"stem": "Theirs"}, tags)
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_label("Stem, theirs")).to_have_text("Theirs")
    expect(page.get_by_label("Stem, yours")).to_have_text("Mine")
    answers["leave"] = True
    page.get_by_role("link", name="open what is stored").click()
    expect(stem).to_have_value("Theirs")
    assert asked == ["beforeunload"] * 2
