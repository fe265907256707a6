"""What browser tests share: a course that is loaded, a phone, and pages that anyone can use."""

from __future__ import annotations

import json
from typing import Any, Literal

from django.conf import settings
from django.middleware.csrf import CSRF_SECRET_LENGTH
from django.test import Client
from django.utils import timezone
from django.utils.crypto import get_random_string
from playwright.sync_api import Locator, Page, expect

from examprep.models import User
from quizzes import exams
from quizzes.models import Exam, Sitting

AXE = (settings.BASE_DIR / "node_modules/axe-core/axe.min.js").read_text()
HARMLESS = (
    *("aria-allowed-role", "aria-deprecated-role", "empty-table-header", "form-field-multiple-labels", "heading-order"),
    *("html-xml-lang-mismatch", "image-redundant-alt", "landmark-banner-is-top-level", "landmark-main-is-top-level"),
    *("landmark-contentinfo-is-top-level", "landmark-no-duplicate-banner", "landmark-no-duplicate-contentinfo"),
    *("landmark-no-duplicate-main", "landmark-one-main", "landmark-unique", "meta-viewport-large", "no-autoplay-audio"),
    *("page-has-heading-one", "presentation-role-conflict", "region", "server-side-image-map", "skip-link"),
    "table-duplicate-name",
)
"""Rules of axe that find only what is minor or moderate, which nothing here asks for; to look for it takes long."""
RULES = json.dumps({rule: {"enabled": False} for rule in HARMLESS})
FIND = f"(where) => axe.run(where ?? document, {{preload: false, resultTypes: ['violations'], rules: {RULES}}})"
SHOWN: tuple[tuple[int, Literal["light", "dark"]], ...] = ((360, "light"), (1280, "dark"))


def log_in(page: Page, name: str = "ada") -> None:
    """Give the browser the cookies of somebody who has just logged in; `log_in_by_hand` does so by the form."""
    client = Client()
    client.force_login(User.objects.get(username=name))
    add_cookie(page, settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value, is_hidden=True)
    add_cookie(page, settings.CSRF_COOKIE_NAME, get_random_string(CSRF_SECRET_LENGTH), is_hidden=False)


def sit(page: Page, student: User, exam: str) -> Sitting:
    """Log in to a sitting of the exam that has begun, which saves the page on which students begin it."""
    log_in(page, student.username)
    sitting, _ = exams.open_sitting(student, Exam.objects.get(slug=exam), timezone.now())
    page.goto(f"/sittings/{sitting.pk}/")
    return sitting


def asked_id(page: Page) -> str:
    """The id of the question that is asked: one that the browser has judged stays until the next one is there."""
    question = page.locator("#question:not([data-judged])")
    expect(question).to_be_visible()
    return question.locator("[name=presentation]").first.input_value()


def add_cookie(page: Page, name: str, value: str, *, is_hidden: bool) -> None:
    """Set a cookie of the live server, from scripts hidden or not."""
    page.context.add_cookies(
        [{"name": name, "value": value, "domain": "localhost", "path": "/", "sameSite": "Lax", "httpOnly": is_hidden}]
    )


def wait_for(page: Page, condition: str) -> None:
    """Wait until an expression, or what it promises, holds in the page, which may allow no `eval`."""
    waiting = f"while (!(await ({condition}))) await new Promise(done => setTimeout(done, 20))"
    page.evaluate(f"async () => {{ {waiting} }}")


class Clicker:
    """A person at a page, whose clicks are counted from each page that they begin at. Typing is no click."""

    def __init__(self, page: Page, name: str) -> None:
        page.goto("about:blank")  # a page of somebody before would still ask for something, and be told to log in
        page.context.clear_cookies()
        log_in(page, name)
        self.page = page

    def begin(self, address: str) -> None:
        """Open the page at which something begins."""
        self.page.goto(address)
        self.clicks = 0

    def __call__(self, name: str, role: str = "button", **more: bool) -> None:
        """Click what is called so."""
        self.page.get_by_role(role, name=name, **more).first.click()  # type: ignore[arg-type]
        self.clicks += 1

    def on(self, selector: str) -> None:
        """Click what a selector finds first."""
        self.page.locator(selector).first.click()
        self.clicks += 1

    def choose(self, selector: str, value: str) -> None:
        """Choose from a list, which counts as a click."""
        self.page.locator(selector).select_option(value)
        self.clicks += 1

    def type(self, **texts: str) -> None:
        """Write into the fields of the admin's form that have these names."""
        for name, text in texts.items():
            self.page.locator(f"#id_{name}").fill(text)

    def cells(self, rows: str, **texts: str) -> None:
        """Write into the cells of a row."""
        for name, text in texts.items():
            self.page.locator(f"[name={rows}-{name}]").fill(text)

    def sees(self, text: str) -> None:
        """Wait until the page says so."""
        expect(self.page.get_by_text(text).first).to_be_visible()


def answer_parts(question: Locator, parts: dict[str, dict[str, Any]]) -> None:
    """Answer each part in its own fields."""
    for part, response in parts.items():
        for name in ("value", "text"):
            if name in response:
                question.locator(f"[name='{part}.{name}']").fill(response[name])
        for choice in response.get("choices", [response["choice"]] if "choice" in response else []):
            listed = question.locator(f"select[name='{part}.choice']")
            if listed.count():
                listed.select_option(choice)
            else:
                question.locator(f"[name^='{part}.choice'][value='{choice}']").check()


def type_rows(page: Page, matrix: str) -> None:
    """Type a matrix into the grid, one of whose cells has the focus: a space leads on, a semicolon to the next row."""
    rows = matrix.strip("[]").split("], [")
    page.keyboard.type(";".join(row.replace(", ", " ") for row in rows))


def find_grave(page: Page, within: str | None = None) -> list[tuple[str, str]]:
    """What axe finds that is serious or critical: the rule, and the first element that breaks it.

    Style sheets and media, which axe can load beforehand, are for rules that find nothing grave, or are an experiment.
    """
    if not page.evaluate("'axe' in window"):  # as it is where another state of the same page was looked at before
        page.evaluate(AXE)
    found = page.evaluate(FIND, within)["violations"]
    return [(rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in ("serious", "critical")]


def check(page: Page, name: str) -> None:
    """Assert that the page fits a phone and a desk, and that axe finds nothing grave on either, light or dark."""
    for width, scheme in SHOWN:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
        grave = find_grave(page)
        assert not grave, (name, width, scheme, grave)
