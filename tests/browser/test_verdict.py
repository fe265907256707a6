"""The verdict comes first: on a small phone it is in sight after Check, with the key and the way on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from examprep.models import User
from questions import bank
from questions.models import Item
from quizzes.models import Presentation
from tests.browser.pages import asked_id, check, log_in, sit
from tests.conftest import wrong

Key = Callable[[str], Any]


@pytest.fixture
def small(phone: Page) -> Page:
    """A page on a small phone."""
    phone.set_viewport_size({"width": 360, "height": 640})
    return phone


def is_in_sight(place: Locator) -> bool:
    """Whether an element is in the window, and nothing lies over its middle."""
    return bool(
        place.evaluate(
            """element => {
                const {top, bottom, left, width, height} = element.getBoundingClientRect();
                const over = document.elementFromPoint(left + Math.min(width, innerWidth) / 2, top + height / 2);
                return top >= 0 && bottom <= innerHeight && (element.contains(over) || over?.contains(element));
            }"""
        )
    )


def post(page: Page, presentation: Presentation, response: dict[str, Any]) -> None:
    """Answer by setting the fields of the form as they would be sent, and check."""
    form = page.locator("#question")
    for left, right in response.get("pairs", {}).items():
        form.locator(f"#left-{left}").evaluate("(field, value) => { field.value = value; }", right)
    for step in response.get("order", []):
        form.locator(f"[data-step]:has([value='{step}'])").evaluate("step => step.parentElement.append(step)")
    for choice in [*response.get("choices", []), *([response["choice"]] if "choice" in response else [])]:
        form.locator(f"[value='{choice}']").check()
    for name in ("value", "text"):
        if name in response:
            form.locator(f".typed [name={name}]").fill(response[name])
    page.locator("#check").tap()


@pytest.mark.parametrize("right", [True, False])
def test_the_verdict_of_every_kind_is_in_sight_on_a_small_phone(
    small: Page, live_server: LiveServer, student: User, key: Key, right: bool
) -> None:
    log_in(small)
    small.goto("/review/")
    kinds: set[str] = set()
    while len(kinds) < 6:
        asked = Presentation.objects.get(pk=asked_id(small))
        answer = key(str(asked.pk))
        if not right:
            answer = wrong({"kind": asked.version.kind, "prompt": asked.prompt}, answer)
        post(small, asked, answer)
        verdict = small.locator("#verdict")
        expect(verdict).to_be_focused()
        kinds.add(asked.version.kind)

        assert is_in_sight(verdict), asked.version.kind
        assert is_in_sight(small.locator("#next")), asked.version.kind
        assert right or is_in_sight(small.locator(".verdict .key li").first), asked.version.kind
        why = small.locator(".why")
        why.locator("summary").tap()
        expect(why.locator(".prose")).to_be_hidden()
        assert is_in_sight(verdict)
        small.locator("#next").tap()
        expect(small.locator("#verdict")).to_have_count(0)


def test_the_way_on_lies_over_the_formulas_that_it_covers(page: Page, live_server: LiveServer, student: User) -> None:
    item = Item.objects.get(kind="numeric")
    Item.objects.exclude(pk=item.pk).update(retired_at=timezone.now())
    formulas = "\n\n".join(f"$w_{number} = \\frac{{1}}{{2}} + \\lambda w_{number}^2$" for number in range(20))
    bank.save_draft(
        item.course, item.slug, item.kind, item.draft | {"solution": formulas}, [tag.concept for tag in item.tags.all()]
    )
    item.refresh_from_db()
    bank.publish(item, seeds=20)
    log_in(page)
    page.goto("/review/")
    page.get_by_role("button", name="I don't know").click()
    expect(page.locator("#verdict")).to_be_focused()
    assert page.locator(".solution .katex").count() >= 20
    for down in range(300, 360, 6):
        page.evaluate("down => scrollTo(0, down)", down)
        assert is_in_sight(page.locator("#next")), down


def test_a_viva_shows_the_verdict_of_its_round_and_an_exam_its_first_question(
    small: Page, live_server: LiveServer, student: User
) -> None:
    sit(small, student, "tiny-viva")
    expect(small.get_by_text("Tap an entry, then its partner")).to_be_visible()
    expect(small.get_by_text("Press a number")).to_be_hidden()
    small.get_by_role("button", name="Start round").tap()
    small.locator("#round .bar .button").tap()
    verdict = small.locator("#verdict")
    expect(verdict).to_be_focused()
    assert is_in_sight(verdict)
    assert is_in_sight(small.locator(".go .button"))

    sit(small, student, "tiny-exam")
    expect(small.locator(".ready")).to_be_visible()
    assert is_in_sight(small.locator("#place-1"))
    assert is_in_sight(small.locator("[data-go='1']"))
    small.reload()
    expect(small.locator(".ready")).to_be_visible()
    assert is_in_sight(small.locator("#place-1"))


def test_a_quick_check_shows_the_verdict_of_an_answer(
    small: Page, live_server: LiveServer, student: User, key: Key
) -> None:
    log_in(small)
    small.goto("/lessons/decay/quick-check/")
    for at in range(small.locator("[data-part]").count()):
        part = small.locator("[data-part]").nth(at)
        part.locator("[name=dont_know]").tap()
        verdict = part.locator("[id^=verdict]")
        expect(verdict).to_be_focused()
        assert is_in_sight(verdict)


def test_after_an_answer_anyone_can_use_the_page_its_help_and_the_notebook(
    page: Page, live_server: LiveServer, student: User
) -> None:
    log_in(page)
    page.goto("/review/")
    page.keyboard.press("d")
    expect(page.locator("#verdict")).to_have_text("Not known yet")
    page.keyboard.press("m")
    expect(page.locator("#bookmark-button")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("n")
    expect(page.locator("#note-text")).to_be_focused()
    page.keyboard.type("a note")
    page.locator("#note .button").click()
    expect(page.locator("#note .prose")).to_have_text("a note")
    page.locator("#note summary").click()
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("a")
    expect(page.locator(".past-answers")).to_contain_text("not known")
    check(page, "an answer")
    page.keyboard.press("?")
    check(page, "help")
    page.keyboard.press("Escape")
    page.goto("/notebook/")
    check(page, "the notebook")
    page.get_by_role("button", name="Practise").click()
    expect(page.locator("#question")).to_be_visible()


def test_a_hint_is_read_out_and_who_types_goes_on_typing(page: Page, live_server: LiveServer, student: User) -> None:
    item = Item.objects.get(kind="numeric")
    Item.objects.exclude(pk=item.pk).update(retired_at=timezone.now())
    bank.save_draft(
        item.course, item.slug, item.kind, item.draft | {"hints": ["One minus what?"]}, [*item.concepts.all()]
    )
    item.refresh_from_db()
    bank.publish(item, seeds=20)
    log_in(page)
    page.goto("/review/")
    expect(page.locator(".hints")).to_contain_text("counts as hard")
    page.locator("#value").fill("0.9")
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    expect(page.locator("#value")).to_be_focused()
    expect(page.locator("#announcement")).to_have_text("One minus what?")
    expect(page.locator("#hint")).to_have_count(0)
    page.keyboard.type("9")
    expect(page.locator("#value")).to_have_value("0.99")
    check(page, "a question with a hint")
