"""Takes the pictures of pages that the documents show, from the first course: `make screenshots`."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import chromium
from tests.faults.service import service_at

IMAGES = Path(__file__).resolve().parent / "images"
ITEM, TITLE = "weight-decay-factor", "Weight decay factor"


def log_in(browser: Browser, url: str, name: str, width: int, height: int) -> Page:
    """A page of somebody who has logged in."""
    page = browser.new_page(base_url=url, viewport={"width": width, "height": height})
    fill_in_login(page, name)
    return page


def fill_in_login(page: Page, name: str) -> None:
    """Log in as one of the accounts of `make run`, whose password is the name."""
    page.goto("/accounts/login/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", name)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda address: "login" not in address)


def take(page: Page, name: str) -> None:
    """Store what is seen of the page, when its fonts and images are there."""
    page.evaluate("document.fonts.ready")
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


def take_home(page: Page) -> None:
    page.goto("/")
    take(page, "home")


def take_today(page: Page) -> None:
    """The day's plan, with the outlook that a worker has computed."""
    page.goto("/today/")
    page.locator(".curve").wait_for()
    take(page, "today")


def take_review(page: Page) -> None:
    """A numeric question, answered by a mistake that it recognises."""
    page.goto("/exams/?kind=numeric&concept=decay-factor")
    page.locator("form.ticks tr", has_text=TITLE).first.locator("input[type=checkbox]").check()
    page.locator("form.ticks button").first.click()
    page.wait_for_url("**/review/")
    page.locator("input[name=value]").fill("1")
    page.keyboard.press("Enter")
    page.get_by_text("Worked solution").wait_for()
    take(page, "review")


def take_authoring(page: Page) -> None:
    """The form of a numeric item, beside its variants."""
    page.goto(f"/admin/questions/item/?q={ITEM}")
    page.get_by_role("link", name=ITEM, exact=True).first.click()
    page.get_by_text("variants graded").wait_for()
    page.get_by_label("Toggle navigation").click()
    take(page, "authoring")


def main() -> None:
    with service_at(None) as url, sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium(playwright), args=sandbox)
        take_home(browser.new_page(base_url=url, viewport={"width": 1200, "height": 980}))
        student = log_in(browser, url, "student", 1000, 860)
        take_today(student)
        take_review(student)
        take_authoring(log_in(browser, url, "instructor", 1300, 900))
        browser.close()


if __name__ == "__main__":
    main()
