"""A teacher brings a file of another program in by keys: looks at it, chooses, maps, takes it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from questions.models import Concept, Course, Import, Item
from questions.tasks import work_on_imports
from tests.browser.pages import SHOWN, find_grave, log_in

GIFT = """$CATEGORY: Penalties

::Squares::Which penalty is \\\\(\\\\lambda w^2\\\\)? {=L2 ~L1#That one is \\\\(\\\\lambda |w|\\\\).}

::Zeros::Which penalty gives zeros? {=L1 ~L2#It gives small weights.}

::Unwanted::Is this wanted? {=no ~yes#No.}

A text that asks nothing.
"""


def fits(page: Page) -> None:
    """The page fits a phone and a desk, light and dark; axe finds nothing serious in what is its own."""
    for width, scheme in SHOWN:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.evaluate("Promise.all(document.getAnimations().map(each => each.finished))")  # colours change slowly
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert find_grave(page, "#content") == [], (width, scheme)


def press(page: Page, name: str, key: str = "Enter") -> None:
    """Press a key on the button that is called so."""
    page.get_by_role("button", name=name).first.focus()
    page.keyboard.press(key)


def test_a_file_is_brought_in_and_taken_back_by_keys(
    page: Page, instructor: Client, course: Course, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    Concept.objects.filter(course=course, slug="l2").update(name="The L2 penalty")
    log_in(page, "ina")
    page.goto(f"/admin/questions/import/add/?course={course.pk}")
    page.get_by_label("File").set_input_files({"name": "quiz.gift", "mimeType": "text/plain", "buffer": GIFT.encode()})
    press(page, "Read the file")
    expect(page.get_by_role("heading", name="The file is being read")).to_be_visible()
    work_on_imports()
    expect(page.get_by_text("4 questions in the file")).to_be_visible()  # by itself: the page looks again

    preview = page.get_by_text("As students see it").first
    preview.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".item-preview .katex").first).to_be_visible()
    fits(page)
    page.get_by_label("Unwanted").focus()
    page.keyboard.press("Space")
    page.get_by_label("Penalties").focus()
    page.keyboard.type("The L2")
    press(page, "Import the ticked questions")
    expect(page.get_by_role("heading", name="The questions are being imported as drafts")).to_be_visible()
    work_on_imports()
    expect(page.get_by_role("heading", name="2 new, 1 refused")).to_be_visible()
    fits(page)
    items = Item.objects.filter(imported__made_in=Import.objects.get())
    assert {tuple(item.tags.values_list("concept__slug", flat=True)) for item in items} == {("l2",)}
    assert sorted(item.draft["stem"][:21] for item in items) == ["Which penalty gives z", "Which penalty is $\\la"]

    press(page, "Undo the import")
    expect(page.get_by_role("heading", name="The import is being undone")).to_be_visible()
    work_on_imports()
    expect(page.get_by_role("heading", name="The import was undone")).to_be_visible()
    assert not Item.objects.filter(slug__startswith="which-penalty").exists()
