"""Forms of the admin with rows: nothing in them is cut off, nor scrolled sideways, at a desk and on a phone."""

from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import Page

from examprep.models import User
from questions.kinds import KINDS
from questions.models import Course
from tests.browser.pages import log_in

WIDTHS = (1280, 360)
"""Pixels. What fits a desk fits a wider one: no style asks for a width above these."""
OPENED = """() => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
  for (const section of document.querySelectorAll(".is-folded .section-fold")) section.click();
  for (const add of document.querySelectorAll("[data-rows] [data-add]")) add.click();
}"""
"""Every section of the form is unfolded, and every field of rows has a new one."""
CUT_OFF = """() => [...document.querySelectorAll("#content *")].flatMap((each) => {
  if (!each.checkVisibility() || each.closest(".visually-hidden, svg")) return [];
  const { right } = each.getBoundingClientRect();
  const isBox = !each.matches("textarea, input, select, button, pre, option") && each.clientWidth > 0;
  const scrolls = isBox && getComputedStyle(each).overflowX !== "visible" && each.scrollWidth > each.clientWidth + 1;
  const cut = right > innerWidth + 1;
  return scrolls || cut ? [`${each.tagName} ${each.className} ${each.getAttribute("name") ?? ""}`] : [];
})"""


@pytest.fixture
def author(transactional_db: None) -> User:
    return User.objects.create_superuser("ada", password="lovelace-1815")


def test_no_form_of_the_admin_is_cut_off(page: Page, author: User, course: Course) -> None:
    log_in(page)
    devtools = page.context.new_cdp_session(page)  # a route would have it do without its cache
    devtools.send("Network.enable")
    devtools.send("Network.setBlockedURLs", {"urls": ["*/preview/*"]})
    chosen = f"course={course.pk}"
    items = [f"/admin/questions/item/add/?{chosen}&kind={kind}" for kind in KINDS]
    others = [f"/admin/{model}/add/?{chosen}" for model in ("questions/lesson", "questions/concept", "quizzes/exam")]
    addresses = (*items, *others, f"/admin/questions/course/{course.pk}/change/")
    for address, widths in zip(addresses, itertools.cycle((WIDTHS, WIDTHS[::-1])), strict=False):
        page.goto(address)
        page.evaluate(OPENED)
        if "multi_part" in address:
            for kind in ("multiple_select", "numeric", "matching"):
                page.get_by_label("Kind of the next part").select_option(kind)
                page.get_by_role("button", name="Add a part").click()
        for width in widths:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(CUT_OFF) == [], (address, width)
