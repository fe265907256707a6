"""Authoring an item: rows of its form, and the preview beside it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Dialog, Page, expect

from examprep.models import User
from questions import bank
from questions.figures import pictures
from questions.models import Course, Item
from tests.browser.pages import log_in

HAND = b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"/>'


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


def test_places_are_put_on_the_picture_by_clicks_and_moved_by_keys(page: Page, author: User, course: Course) -> None:
    hand = pictures.read("hand.svg", HAND)
    bank.store_pictures(course, [hand])
    log_in(page)
    page.goto("/admin/questions/item/add/?kind=labels")
    page.get_by_label("Picture").fill(f"![A hand](media/{hand.address})")
    canvas, marks = page.locator(".places .canvas"), page.locator(".places .mark")
    expect(canvas.locator("img")).to_have_js_property("naturalWidth", 400)
    shown = canvas.bounding_box()
    assert shown
    for x, y in ((0.25, 0.5), (0.75, 0.25)):
        canvas.click(position={"x": x * shown["width"], "y": y * shown["height"]})

    expect(marks).to_have_text(["1", "2"])
    for column, shares in (("x", (0.25, 0.75)), ("y", (0.5, 0.25))):
        fields = page.locator(f"[name^=pairs-][name$=-{column}]")
        assert [float(field.input_value()) for field in fields.all()] == pytest.approx(shares, abs=0.01)
    before = float(page.locator("[name=pairs-1-y]").input_value())
    marks.last.focus()
    page.keyboard.press("Shift+ArrowDown")
    assert float(page.locator("[name=pairs-1-y]").input_value()) == pytest.approx(before + 0.05)

    page.get_by_role("button", name="Remove").first.click()
    expect(marks).to_have_text(["1"])


def test_parts_are_added_with_fields_of_their_kind_moved_and_removed(page: Page, author: User, course: Course) -> None:
    log_in(page)
    page.goto("/admin/questions/item/add/?kind=multi_part")
    parts = page.locator("[data-part]")
    for number, kind in enumerate(("numeric", "single_choice", "matching")):
        page.get_by_label("Kind of the next part").select_option(kind)
        page.get_by_role("button", name="Add a part").click()
        expect(parts).to_have_count(number + 1)
        page.keyboard.type("abc"[number])
    page.locator("[name=parts-0-answer]").fill("n")
    page.locator("[name=parts-1-choices-0-text]").fill("one")
    page.locator("[data-part]").nth(1).get_by_role("button", name="Add a choice").click()
    page.locator("[name=parts-1-choices-1-text]").fill("two")
    parts.nth(1).get_by_role("button", name="Move the part up").click()
    parts.nth(2).get_by_role("button", name="Remove the part").click()
    page.get_by_label("Slug").fill("three")
    page.get_by_label("Main concept").select_option(index=1)

    # A table is pasted into its cells; Enter in a row is for the next row.
    page.get_by_role("heading", name="What is drawn anew each time").click()
    page.get_by_text("Tables, banned seeds").click()
    page.locator("[name=tables-0-name]").fill("nets")
    cells = page.locator(".grid input")
    cells.first.evaluate(
        "(cell, text) => { const data = new DataTransfer(); data.setData('text/plain', text);"
        " cell.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true})) }",
        "name\tof\nA, B\t2\n",
    )
    cells.last.fill("3")
    page.locator("[name=draw-0-name]").fill("n")
    page.keyboard.press("Enter")
    expect(page.locator("[name=draw-1-name]")).to_be_focused()
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("is saved. Students do not see it")).to_be_visible()

    draft = Item.objects.get(slug="three").draft
    first, last = draft["parts"]
    assert (first["kind"], first["id"]) == ("single_choice", "b")
    assert [choice["text"] for choice in first["choices"]] == ["one", "two"]
    assert last == {"kind": "numeric", "id": "a", "answer": "n"}
    assert draft["tables"] == {"nets": 'name,of\n"A, B",3'}


NUMERIC: list[str | int] = [
    *("n", 1, "integer(10, 90)\n", "m", 1, "integer(10, 90)", 5),
    *("size", 1, "n*m + m", 5, "n != m", 7),
    *("How many weights and biases has a dense layer of {n} inputs and {m} outputs?", 1, "size", 5, " ", 5),
    *("n*m", 1, "These are the weights: each output has a bias, too.", 1, "\n"),
    *("n*m + n", 1, "Biases belong to outputs.", 1, "\n"),
    *("n + m", 1, "Each input is connected to each output.", 7),
    *("There are $nm$ weights and $m$ biases.", 4),
    *("dense-layer-size", 1, "L2", 1, "\n"),
]
"""A numeric item of three mistakes as it is typed; a number is how often Tab is pressed, a blank ticks “exact”."""
A_KEY, A_THOUGHT = 0.2, 1.35
"""Seconds, of the keystroke-level model for an average typist (Card, Moran and Newell 1980)."""


def test_a_numeric_item_of_three_mistakes_takes_two_minutes_at_the_keyboard(
    page: Page, author: User, course: Course
) -> None:
    log_in(page)
    page.route("**/preview/**", lambda route: route.abort())
    page.goto("/admin/questions/item/add/?kind=numeric")
    expect(page.locator("[name=draw-0-name]")).to_be_focused()
    seconds = 0.0
    for step in NUMERIC:
        if isinstance(step, int):
            for _ in range(step):
                page.keyboard.press("Tab")
            seconds += step * A_KEY
        else:
            page.keyboard.type(step)
            seconds += len(step) * A_KEY + A_THOUGHT

    expect(page.get_by_text("is published as version 1")).to_be_visible()
    assert len(Item.objects.get(slug="dense-layer-size").draft["mistakes"]) == 3
    assert seconds < 120


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


LOOK = """() => {
  const [root, body] = [document.documentElement, document.body].map((element) => getComputedStyle(element));
  const probe = document.createElement("p");
  probe.style.color = "var(--accent)";
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return { size: root.fontSize, scheme: root.colorScheme, ink: body.color, color };
}"""


@pytest.mark.parametrize(("theme", "size", "pixels"), [("dark", "largest", 21), ("light", "large", 18)])
def test_the_admin_looks_as_it_is_chosen_in_the_settings(
    page: Page, author: User, theme: str, size: str, pixels: int
) -> None:
    """Whatever the device asks for: the same letters and colours as all other pages."""
    User.objects.update(theme=theme, text_size=size)
    log_in(page)
    page.emulate_media(color_scheme="light" if theme == "dark" else "dark")
    looks = []
    for address in ("/settings/", "/admin/"):
        page.goto(address)
        looks.append(page.evaluate(LOOK))
    assert looks[0] == looks[1]
    assert (looks[0]["scheme"], looks[0]["size"]) == (theme, f"{pixels}px")


def test_the_admin_follows_the_device_where_nothing_is_chosen(page: Page, author: User) -> None:
    log_in(page)
    page.goto("/admin/")
    inks = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        inks.append(page.evaluate(LOOK)["ink"])
    assert inks[0] != inks[1]
    assert page.evaluate(LOOK)["size"] == "16px"


def test_forms_of_the_admin_fit_a_phone_with_letters_twice_as_large(page: Page, author: User, course: Course) -> None:
    log_in(page)
    page.set_viewport_size({"width": 360, "height": 740})
    items = [Item.objects.filter(kind=kind).first() for kind in ("numeric", "multi_part", "matching")]
    addresses = [f"/admin/questions/item/{item.pk}/change/" for item in items if item]
    for address in (
        *addresses,
        "/admin/questions/lesson/add/",
        "/admin/questions/concept/add/",
        "/admin/quizzes/exam/add/",
    ):
        page.goto(address)
        if address in addresses:
            expect(page.locator(".item-preview .sample").first).to_be_visible()
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
