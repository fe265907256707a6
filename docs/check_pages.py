"""Looks at every page as its readers do: `make check-pages`.

Each page must fit at 360, 768 and 1280 px and with letters twice as large, pass axe at AA in both schemes, show where
the keyboard is, and cause no error in its scripts. `BENCH_URL=…` names a service that runs, with the accounts of
`make run`; else one is started. Given a folder, pictures of all pages are stored there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from docs.take_screenshots import fill_in_login
from tests.browser.conftest import chromium
from tests.faults.service import service_at

AXE = (Path(__file__).resolve().parent.parent / "node_modules/axe-core/axe.min.js").read_text()
AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Without the icons of the admin's own chooser of several, whose label is Django's.
RUN_AXE = """tags => axe.run({exclude: '.help-tooltip'}, {runOnly: tags, resultTypes: ['violations']})
  .then(result => result.violations.map(
    rule => `${rule.id}: ${rule.nodes[0].html.slice(0, 160)} (${rule.nodes.length})`))"""
WIDTHS = (1280, 768, 360)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SETTLE = """() => {
  for (const each of document.getAnimations()) {
    if (each.effect.getComputedTiming().endTime < Infinity) each.finish();
  }
}"""
"""The admin's colours change by transitions, whatever is asked for."""
TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"
LETTERS = "size => { document.documentElement.style.fontSize = size }"
TABS = 40
"""Steps by the Tab key: whoever needs more for what a page is about would not come so far."""
UNSEEN = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const style = getComputedStyle(here), box = here.getBoundingClientRect();
  const outlined = (element, part) => getComputedStyle(element, part).outlineStyle !== "none";
  const around = [here, here.closest("label"), here.firstElementChild].filter(Boolean);
  const marked = around.some((element) => outlined(element) || outlined(element, "::after"))
    || style.boxShadow !== "none" || here.matches("input[type=date], input[type=time], svg *");
  const inside = box.bottom > 0 && box.top < innerHeight && box.width * box.height > 0;
  return inside && marked ? null : here.outerHTML.slice(0, 160);
}"""
"""What has the focus, if nobody can see so."""

VISITOR = ("/", "/lessons/", "/concepts/", "/search/?q=decay", "/nowhere/")
VISITOR_ACCOUNT = ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/")
STUDENT = (
    *("/today/", "/today/ahead/", "/review/summary/", "/lessons/", "/concepts/", "/progress/", "/progress/missed/"),
    *("/exams/", "/notebook/", "/search/?q=weigt+decay", "/settings/", "/review/"),
    *("/accounts/email/", "/accounts/password/change/", "/accounts/logout/"),
)
INSTRUCTOR = (
    *("/exams/", "/admin/", "/admin/questions/item/", "/admin/questions/item/add/", "/admin/questions/lesson/"),
    *("/admin/quizzes/exam/", "/admin/questions/concept/", "/admin/examprep/user/", "/admin/password_change/"),
)


@dataclass
class Findings:
    """What was found on the pages that were looked at."""

    browser: Browser
    pictures: Path | None
    lines: list[str] = field(default_factory=list)
    looked_at: int = 0

    def note(self, name: str, what: str) -> None:
        self.lines.append(f"{name}: {what}")
        sys.stdout.write(f"{self.lines[-1]}\n")
        sys.stdout.flush()


def look(page: Page, findings: Findings, name: str) -> None:
    """Look at the page that is shown, at every width and in both schemes, loaded once."""
    findings.looked_at += 1
    page.evaluate(AXE)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate(TOO_WIDE):
            findings.note(name, f"is wider than {width} px")
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate(SETTLE)
            if width != WIDTHS[1]:
                for broken in page.evaluate(RUN_AXE, AA):
                    findings.note(name, f"{width} px, {scheme}: {broken}")
            take(page, findings, f"{name}-{width}-{scheme}")
    page.evaluate(LETTERS, "200%")
    if page.evaluate(TOO_WIDE):
        findings.note(name, "is wider than 360 px with letters twice as large")
    take(page, findings, f"{name}-360-large")
    page.evaluate(LETTERS, "")
    page.set_viewport_size({"width": 1280, "height": 800})
    walk_by_keyboard(page, findings, name)


def take(page: Page, findings: Findings, name: str) -> None:
    if findings.pictures:
        page.screenshot(path=findings.pictures / f"{name}.png", full_page=True, animations="disabled")


def walk_by_keyboard(page: Page, findings: Findings, name: str) -> None:
    """Note where the focus cannot be seen."""
    for _ in range(TABS):
        page.keyboard.press("Tab")
        if unseen := page.evaluate(UNSEEN):
            findings.note(name, f"the focus cannot be seen: {unseen}")
            return


def visit(page: Page, findings: Findings, path: str, prefix: str) -> None:
    page.goto(path)
    page.wait_for_load_state("networkidle")
    name = path.split("?", maxsplit=1)[0].strip("/").replace("/", "-") or "home"
    look(page, findings, f"{prefix}-{name[:60]}")


@contextmanager
def visiting(findings: Findings, url: str, account: str | None) -> Iterator[Page]:
    """A page of somebody, logged in if they have an account; errors of its scripts are noted."""
    context = findings.browser.new_context(base_url=url, reduced_motion="reduce")
    page = context.new_page()
    page.on("pageerror", lambda error: findings.note(page.url, str(error)))
    if account:
        fill_in_login(page, account)
    yield page
    context.close()


def first(page: Page, listing: str, links: str) -> str:
    """The address of the first such link on a page."""
    page.goto(listing)
    address = page.locator(links).first.get_attribute("href")
    assert address, (listing, links)
    return address


def look_at_review(page: Page, findings: Findings) -> None:
    """A question once asked, and once answered."""
    page.goto("/review/")
    page.get_by_role("button", name="I don't know").click()
    page.locator("#next").wait_for()
    look(page, findings, "student-review-answered")


def look_at_sittings(page: Page, findings: Findings) -> None:
    """Each exam before, while and after it is sat."""
    page.goto("/exams/")
    addresses = {link.get_attribute("href") or "" for link in page.locator("main h2 a, main h3 a").all()}
    for exam in sorted(address for address in addresses if address.startswith("/exams/")):
        visit(page, findings, exam, "student")
        begin = page.locator(".begin form .button:not([disabled])")
        if not begin.count():
            continue
        begin.click()
        page.wait_for_url("**/sittings/**")
        page.wait_for_load_state("networkidle")
        name = exam.strip("/").replace("/", "-")
        look(page, findings, f"student-sitting-{name}")
        page.evaluate("document.querySelector('form[action$=\"/submit/\"]')?.submit()")
        page.wait_for_timeout(3000)
        page.reload()
        look(page, findings, f"student-result-{name}")


def look_as_visitor(findings: Findings, url: str) -> None:
    with visiting(findings, url, None) as page:
        for path in (*VISITOR, *VISITOR_ACCOUNT):
            visit(page, findings, path, "visitor")
        lesson = first(page, "/lessons/", "main a[href^='/lessons/']")
        for path in (lesson, f"{lesson}formulas/", first(page, "/concepts/", "main a[href^='/concepts/']")):
            visit(page, findings, path, "visitor")


def look_as_student(findings: Findings, url: str) -> None:
    with visiting(findings, url, "student") as page:
        look_at_review(page, findings)
        lesson = first(page, "/lessons/", "main a[href^='/lessons/']")
        concept = first(page, "/concepts/", "main a[href^='/concepts/']")
        for path in (*STUDENT, lesson, f"{lesson}quick-check/", concept):
            visit(page, findings, path, "student")
        look_at_sittings(page, findings)


def look_as_instructor(findings: Findings, url: str) -> None:
    with visiting(findings, url, "instructor") as page:
        forms = [
            first(page, f"/admin/{listing}/", "#result_list tbody th a")
            for listing in ("questions/item", "questions/lesson", "quizzes/exam", "questions/concept")
        ]
        for path in (*INSTRUCTOR, *forms):
            visit(page, findings, path, "instructor")


def main(arguments: list[str]) -> int:
    """Look at all pages. Returns 1 if anything was found."""
    pictures = Path(arguments[0]) if arguments else None
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    with service_at(os.environ.get("BENCH_URL")) as url, sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium(playwright), args=sandbox)
        findings = Findings(browser, pictures)
        for looking in (look_as_visitor, look_as_student, look_as_instructor):
            looking(findings, url)
        browser.close()
    sys.stdout.write(f"{findings.looked_at} pages, {len(findings.lines)} findings\n")
    return int(bool(findings.lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
