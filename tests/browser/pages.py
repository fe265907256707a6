"""What browser tests share: a course that is loaded, a phone, and pages that anyone can use."""

from __future__ import annotations

from typing import Literal

from django.conf import settings
from playwright.sync_api import Page

AXE = (settings.BASE_DIR / "node_modules/axe-core/axe.min.js").read_text()
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def check(page: Page, name: str) -> None:
    """Assert that the page fits a phone and a desk, and that axe finds nothing serious in it, light or dark."""
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
    page.evaluate(AXE)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = page.evaluate("axe.run().then(found => found.violations)")
        grave = [one for one in found if one["impact"] in ("serious", "critical")]
        assert [(one["id"], one["nodes"][0]["html"]) for one in grave] == [], (name, scheme)
