"""Formulas typed on a phone: keys that its keyboard hides, an echo that is typeset, and what is said of an answer."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from examprep.models import User
from questions import bank
from questions.models import Concept, Course, Item
from quizzes import schedule
from tests.browser.pages import check, log_in

FACTORED: dict[str, Any] = {
    "stem": "Factor $x^2 - y^2$.",
    "variables": ["x", "y"],
    "answer": "(x + y)(x - y)",
    "form": "factored",
    "explanation": "The difference of two squares.",
}
GAPS: dict[str, Any] = {
    "stem": "The slope of $\\lambda x^2$ is [[slope]], and its area up to 3 is [[area]].",
    "parts": [
        {"id": "slope", "kind": "formula", "variables": ["x", "lambda"], "answer": "2lambda x"},
        {"id": "area", "kind": "numeric", "answer": "9", "exact": True},
    ],
    "explanation": "By the rule of powers.",
}


def ask(course: Course, kind: str, body: dict[str, Any]) -> None:
    """Put one question, and no other, to a student of the course."""
    for other in Item.objects.all():
        bank.retire(other)
    concept = Concept.objects.earliest("pk")
    bank.publish(bank.save_draft(course, "asked", kind, body, [concept]), seeds=20)
    schedule.enrol(User.objects.create_user("ada", password="lovelace-1815"), course)


def test_a_formula_is_typed_with_the_keypad_read_refused_and_judged(
    phone: Page, live_server: LiveServer, course: Course
) -> None:
    ask(course, "formula", FACTORED)
    log_in(phone)
    phone.goto("/review/")
    field, echo = phone.get_by_label("Your formula"), phone.locator(".echo")
    keys = phone.get_by_role("group", name="Signs")
    for key in ("x", "^"):
        keys.get_by_role("button", name=key, exact=True).tap()
    phone.keyboard.type("2-y^2")

    expect(field).to_have_value("x^2-y^2")
    expect(echo.locator(".katex")).to_be_visible()

    field.fill("1/2x")
    expect(echo).to_contain_text("It has two readings: write (1/2)*x… or 1/(2*x…).")
    phone.locator("#check").tap()
    expect(phone.get_by_role("alert")).to_contain_text("It has two readings")

    phone.get_by_label("Your formula").fill("x^2 - y^2")
    phone.locator("#check").tap()
    expect(phone.locator("#verdict")).to_be_focused()
    expect(phone.locator("main")).to_contain_text("Equal to the answer, but not factored.")


def test_gaps_of_a_text_read_what_is_typed_into_them(phone: Page, live_server: LiveServer, course: Course) -> None:
    ask(course, "multi_part", GAPS)
    log_in(phone)
    phone.goto("/review/")
    slope, area = phone.get_by_label("Part a"), phone.get_by_label("Part b")
    slope.tap()
    phone.get_by_role("group", name="Signs").get_by_role("button", name="x", exact=True).tap()
    slope.press_sequentially(" 2")
    expect(phone.locator(".under-blank:visible")).to_contain_text("a sign is missing")
    slope.fill("x*2λ")
    expect(phone.locator(".echo:visible .katex")).to_be_visible()
    check(phone, "a formula in a text")
    area.fill("9,0")
    expect(phone.locator(".echo:visible")).to_have_text("read as 9 (a decimal comma)")

    phone.locator("#check").tap()
    expect(phone.locator("#verdict")).to_contain_text("Correct")


def test_a_quantity_is_typed_with_keys_for_its_power_of_ten_and_its_unit(
    phone: Page, live_server: LiveServer, course: Course
) -> None:
    ask(
        course,
        "numeric",
        {"stem": "A resistance?", "answer": "2.5e-3", "unit": "Ω", "units": "any", "explanation": "-"},
    )
    log_in(phone)
    phone.goto("/review/")
    field, keys = phone.get_by_label("Your answer"), phone.get_by_role("group", name="Signs")
    field.tap()
    phone.keyboard.type("2.5")
    for key in ("×10ⁿ, times a power of ten", "−, minus"):
        keys.get_by_role("button", name=key).tap()
    phone.keyboard.type("3 ")
    keys.get_by_role("button", name="Ω, ohm").tap()

    expect(field).to_have_value("2.5·10^-3 Ω")
    expect(phone.locator(".echo")).to_have_text("read as 0.0025 Ω")
    check(phone, "a quantity")
    phone.locator("#check").tap()
    expect(phone.locator("#verdict")).to_contain_text("Correct")
