"""Draws the icons of the installed app from favicon.svg: `.venv/bin/python -m docs.draw_icons` (needs Chromium)."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import chromium

STATIC = Path(__file__).resolve().parent.parent / "examprep/static/examprep"
SVG = (STATIC / "favicon.svg").read_text()
GROUND = "#1f4aa8"
"""The colour of the mark's own ground, which fills an icon that systems cut to their shape."""
ICONS = {
    # how wide an icon is in pixels, and which part of it the mark takes
    "any-192": (192, 1.0),
    "any-512": (512, 1.0),
    "maskable-512": (512, 0.72),
    "apple-touch": (180, 0.86),
}


def main() -> None:
    """Write each icon beside the others."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(playwright), args=["--no-sandbox"])
        page = browser.new_page()
        for name, (size, part) in ICONS.items():
            page.set_viewport_size({"width": size, "height": size})
            ground = GROUND if part < 1 else "transparent"
            page.set_content(
                f"<style>body {{ margin: 0; background: {ground}; display: grid; place-items: center; height: 100vh }}"
                f"svg {{ width: {100 * part}vw }}</style>{SVG}"
            )
            page.screenshot(path=STATIC / f"icons/{name}.png", omit_background=part == 1)
        browser.close()


if __name__ == "__main__":
    main()
