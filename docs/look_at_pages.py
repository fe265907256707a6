"""How a page is looked at: at every width, in both schemes, with large letters, by keyboard, and by axe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page

from docs.take_screenshots import fill_in_login

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
  if (!here || here === document.body || here.tabIndex < 0) return null;
  const style = getComputedStyle(here), box = here.getBoundingClientRect();
  const outlined = (element, part) => getComputedStyle(element, part).outlineStyle !== "none";
  const around = [here, here.closest("label"), here.firstElementChild].filter(Boolean);
  const marked = around.some((element) => outlined(element) || outlined(element, "::after"))
    || style.boxShadow !== "none" || here.matches("input[type=date], input[type=time], svg *");
  const inside = box.bottom > 0 && box.top < innerHeight && box.width * box.height > 0;
  return inside && marked ? null : here.outerHTML.slice(0, 160);
}"""
"""What has the focus by the keyboard, if nobody can see so; not what a script gave it to be read."""


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
