"""Exams in a real browser: a mock with reload, no network, a second tab and the bell; a viva by keys and by touch."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, Route, expect

from examprep.models import User
from questions import bank
from quizzes import schedule
from quizzes.models import Exam, Presentation, ReviewEvent, Sitting, Slot
from tests import courses
from tests.browser.pages import answer_parts, check, log_in, sit, type_rows
from tests.browser.test_session import log_in_by_hand
from tests.courses import COURSE
from tests.questions.kinds.parts import ALL_KINDS, write_course

Key = Callable[[str], Any]


@pytest.fixture
def learner(transactional_db: None) -> User:
    course = courses.load(COURSE)
    # A viva of two rounds is over sooner.
    viva = Exam.objects.get(slug="viva-1")
    viva.blueprint["rounds"] = 2
    viva.save()
    user = User.objects.create_user("ada", password="lovelace-1815")
    schedule.enrol(user, course)
    return user


@pytest.fixture
def ada(transactional_db: None) -> User:
    """A student of the tiny course, whose exam has a question of each kind."""
    course = courses.load()
    user = User.objects.create_user("ada", password="lovelace-1815")
    schedule.enrol(user, course)
    return user


def begin(page: Page, exam: str) -> Sitting:
    page.goto(f"/exams/{exam}/")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/sittings/**")
    return Sitting.objects.get(state="open")


def go(page: Page, number: int) -> Locator:
    """To a question by the navigator."""
    page.locator(f"[data-go='{number}']").click()
    slot = page.locator(f"#slot-{number}")
    expect(slot).to_be_visible()
    return slot


def give(slot: Locator, response: dict[str, Any]) -> None:
    """Answer a question as a student does."""
    for choice in response.get("choices", [response["choice"]] if "choice" in response else []):
        slot.locator(f"input[value='{choice}']").check()
    matrix = slot.locator(".answer [name=value][hx-get*='kind=matrix']").count() > 0
    if matrix:
        slot.locator(".cells input").first.click()
        type_rows(slot.page, response["value"])
    for name in () if matrix else ("value", "text"):
        if name in response:
            slot.locator(f".answer [name={name}]").fill(response[name])
    for left, right in response.get("pairs", {}).items():
        slot.locator(f"[data-left='{left}'] button").click()
        slot.locator(f"[data-right='{right}'] button").click()
    for place, step in enumerate(response.get("order", [])):
        handle = slot.locator(f"[data-step]:has(input[value='{step}']) [data-handle]")
        while int(handle.inner_text()) > place + 1:
            handle.press("ArrowUp")
    answer_parts(slot, response.get("parts", {}))


def typed(sitting: Sitting) -> Slot:
    """The first question that is answered by a number."""
    slot = sitting.slots.filter(presentation__version__kind="numeric").order_by("number").first()
    assert slot is not None
    return slot


def expect_saved(page: Page, slot: Slot, value: str) -> None:
    """The page says that the number is saved, and the server has it."""
    expect(page.locator(f"#slot-{slot.number} [data-saving]")).to_have_text("Saved")
    slot.refresh_from_db()
    assert slot.response == {"value": value}


def end_in(page: Page, left: timedelta) -> None:
    """Move the end of the sittings; the page asks how things stand whenever it is looked at again."""
    ends = timezone.now() + left
    Sitting.objects.update(opened_at=ends - timedelta(minutes=30), deadline_at=ends)
    Slot.objects.update(deadline_at=ends)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("timer")).to_have_class(re.compile("short"))


def test_a_mock_from_begin_to_result(page: Page, learner: User, key: Key) -> None:
    log_in(page)
    sitting = begin(page, "oa-1")
    slots = list(sitting.slots.select_related("presentation"))
    assert len(slots) == 20
    expect(page.get_by_role("timer")).to_contain_text("29:")
    for slot in slots[:-1]:
        shown = go(page, slot.number)
        give(shown, key(str(slot.presentation_id)))
        expect(shown.locator("[data-saving]")).to_have_text("Saved")
        if slot.number == 10:
            page.route("**/flags/10/", lambda route: route.fulfill(status=500), times=1)
            page.get_by_role("button", name="Flag").click()
            expect(page.locator("[data-go='10']")).to_have_class("answered flagged")
            with page.expect_response("**/flags/10/"):  # what the server could not take is sent again
                page.evaluate("dispatchEvent(new Event('online'))")
            # Reloaded in the middle, everything is as it was.
            page.reload()
            expect(page.locator("[data-go].answered")).to_have_count(10)
            expect(page.locator("#slot-10")).to_be_visible()
            expect(page.get_by_role("button", name="Flag")).to_have_attribute("aria-pressed", "true")
    go(page, 20)
    page.get_by_role("button", name="Hand in …").click()
    expect(page.get_by_role("dialog")).to_contain_text("1 question has no answer. 1 is flagged.")
    page.get_by_role("button", name="Back to the questions").click()
    page.get_by_role("button", name="Hand in …").click()
    page.get_by_role("dialog").get_by_role("button", name="Hand in").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("19 of 20")
    sitting.refresh_from_db()
    assert (sitting.state, sitting.score) == ("submitted", 19)
    assert ReviewEvent.objects.filter(student=learner, score=1).count() == 19
    page.locator("#slot-20 > summary").click()
    expect(page.locator("#slot-20").get_by_role("heading", name="Why")).to_be_visible()
    page.get_by_role("button", name="Review 1 missed question now").click()
    page.wait_for_url("**/review/**")
    expect(page.locator(".top .progress")).to_contain_text("1 of 1")


def test_without_network_answers_wait_and_are_sent_when_it_is_back(page: Page, ada: User) -> None:
    sitting = sit(page, ada, "tiny-exam")
    slot = typed(sitting)
    shown = go(page, slot.number)
    page.context.set_offline(True)
    shown.locator("[name=value]").fill("0.25")
    expect(page.locator("[data-state]")).to_contain_text("No connection. Your answers are kept in this browser")
    expect(shown.locator("[data-saving]")).to_have_text("Saving …")
    slot.refresh_from_db()
    assert slot.rev == 0
    shown.locator("[name=value]").fill("0.75")
    page.context.set_offline(False)
    expect(shown.locator("[data-saving]")).to_have_text("Saved")
    expect(page.locator("[data-state]")).to_contain_text("Connected again")
    slot.refresh_from_db()
    assert slot.response == {"value": "0.75"}

    # What could not be sent outlives the page.
    page.context.set_offline(True)
    shown.locator("[name=value]").fill("0.125")
    expect(page.locator("[data-state]")).to_contain_text("No connection")
    page.context.set_offline(False)
    page.reload()
    expect(page.locator(f"#slot-{slot.number} [name=value]")).to_have_value("0.125")
    expect_saved(page, slot, "0.125")


def test_what_was_just_typed_is_handed_in(page: Page, ada: User) -> None:
    sitting = sit(page, ada, "tiny-exam")
    slot = typed(sitting)
    go(page, slot.number).locator("[name=value]").fill("0.5")
    page.get_by_role("button", name="Hand in", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Hand in").click()
    page.wait_for_selector("h1:has-text('of 6')")
    slot.refresh_from_db()
    assert slot.response == {"value": "0.5"}


def test_an_answer_whose_receipt_was_lost_does_not_stand_in_the_way_of_the_next(page: Page, ada: User) -> None:
    slot = typed(sit(page, ada, "tiny-exam"))
    field = go(page, slot.number).locator("[name=value]")
    lost: list[Any] = []

    def lose(route: Route) -> None:
        """Let the server have it, but not the page its answer; once."""
        if not lost:
            lost.append(route.fetch())
            return route.abort()
        return route.continue_()

    page.route("**/answers/**", lose)
    field.fill("0.25")
    expect(page.locator("[data-state]")).to_contain_text("No connection")
    field.fill("0.75")
    expect(page.locator(f"#slot-{slot.number} [data-saving]")).to_have_text("Saved")
    expect(field).to_have_value("0.75")
    slot.refresh_from_db()
    assert (slot.response, slot.rev) == ({"value": "0.75"}, 2)


def test_who_is_logged_out_meanwhile_loses_nothing(page: Page, ada: User) -> None:
    slot = typed(sit(page, ada, "tiny-exam"))
    field = go(page, slot.number).locator("[name=value]")
    page.context.clear_cookies()
    field.fill("0.25")
    expect(page.locator("[data-state]")).to_contain_text(
        "You have been logged out. Your answers are kept in this browser"
    )
    page.locator("[data-state]").get_by_role("link", name="Log in").click()
    page.locator("[name=login]").fill("ada")
    page.locator("[name=password]").fill("lovelace-1815")
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/sittings/**")
    expect(page.locator(f"#slot-{slot.number} [name=value]")).to_have_value("0.25")
    expect(page.locator(f"[data-go='{slot.number}']")).to_have_class("answered")
    go(page, slot.number)
    expect_saved(page, slot, "0.25")


def test_the_time_ends_without_network(page: Page, ada: User) -> None:
    sitting = sit(page, ada, "tiny-exam")
    slot = typed(sitting)
    field = go(page, slot.number).locator("[name=value]")
    field.fill("0.25")
    expect(page.locator(f"#slot-{slot.number} [data-saving]")).to_have_text("Saved")
    end_in(page, timedelta(seconds=3))
    page.context.set_offline(True)
    field.fill("0.75")
    expect(page.locator("[data-state]")).to_contain_text("Time is up. What was saved by then counts")
    past = timezone.now() - timedelta(minutes=1)
    Sitting.objects.update(deadline_at=past)
    Slot.objects.update(deadline_at=past)
    page.context.set_offline(False)
    page.wait_for_selector("h1:has-text('of 6')")
    slot.refresh_from_db()
    sitting.refresh_from_db()
    assert (slot.response, sitting.state) == ({"value": "0.25"}, "expired")


def test_an_order_as_it_stands_and_none_of_the_choices_are_answers(page: Page, ada: User) -> None:
    sitting = sit(page, ada, "tiny-exam")
    for kind, button, expected in (
        ("ordering", "Keep this order as my answer", "order"),
        ("multiple_select", "None of these apply", "choices"),
    ):
        slot = sitting.slots.select_related("presentation").get(presentation__version__kind=kind)
        shown = go(page, slot.number)
        shown.get_by_role("button", name=button).click()
        expect(shown.locator("[data-saving]")).to_have_text("Saved")
        expect(page.locator(f"[data-go='{slot.number}']")).to_have_class("answered")
        expect(shown.get_by_role("button", name=button)).to_be_hidden()
        slot.refresh_from_db()
        steps = [step["id"] for step in slot.presentation.prompt.get("steps", [])]
        assert slot.response == {expected: steps}
    page.reload()
    expect(page.locator("[data-go].answered")).to_have_count(2)


def test_a_second_tab_sees_the_first_ones_answers_and_never_overwrites_them(page: Page, ada: User) -> None:
    sitting = sit(page, ada, "tiny-exam")
    slot = typed(sitting)
    other = page.context.new_page()
    other.goto(page.url)
    go(other, slot.number)
    shown = go(page, slot.number)
    shown.locator("[name=value]").fill("0.5")
    expect(shown.locator("[data-saving]")).to_have_text("Saved")
    expect(other.locator(f"#slot-{slot.number} [name=value]")).to_have_value("0.5")
    expect(other.locator(f"[data-go='{slot.number}']")).to_have_class("answered")

    # Another device, of which this page has not heard yet.
    Slot.objects.filter(pk=slot.pk).update(response={"value": "0.9"}, rev=5)
    shown.locator("[name=value]").fill("0.6")
    expect(shown.locator("[data-saving]")).to_contain_text("Changed in another tab or on another device")
    expect(shown.locator("[name=value]")).to_have_value("0.9")
    slot.refresh_from_db()
    assert slot.response == {"value": "0.9"}
    # What was typed here is not lost for it.
    shown.get_by_role("button", name="Use my answer from here instead").click()
    expect(shown.locator("[name=value]")).to_have_value("0.6")
    expect_saved(page, slot, "0.6")
    other.close()


def test_an_old_answer_of_this_browser_does_not_overwrite_a_newer_one(page: Page, ada: User) -> None:
    sitting = sit(page, ada, "tiny-exam")
    slot = typed(sitting)
    page.context.set_offline(True)
    go(page, slot.number).locator("[name=value]").fill("0.111")
    expect(page.locator("[data-state]")).to_contain_text("No connection")
    address = page.url
    page.close()
    Slot.objects.filter(pk=slot.pk).update(response={"value": "0.222"}, rev=1)
    again = page.context.new_page()
    page.context.set_offline(False)
    again.goto(address)
    shown = go(again, slot.number)
    expect(shown.locator("[data-saving]")).to_contain_text("Changed in another tab or on another device")
    expect(shown.locator("[name=value]")).to_have_value("0.222")
    slot.refresh_from_db()
    assert slot.response == {"value": "0.222"}


def test_two_tabs_without_network_keep_both_their_answers(page: Page, ada: User) -> None:
    sitting = sit(page, ada, "tiny-exam")
    first, second = (sitting.slots.get(presentation__version__kind=kind) for kind in ("numeric", "short_text"))
    other = page.context.new_page()
    other.goto(page.url)
    address = page.url
    page.context.set_offline(True)
    go(page, first.number).locator("[name=value]").fill("0.5")
    expect(page.locator("[data-state]")).to_contain_text("No connection")
    go(other, second.number).locator("[name=text]").fill("AdamW")
    expect(other.locator("[data-state]")).to_contain_text("No connection")
    page.close()
    other.close()
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(address)
    expect(again.locator("[data-go].answered")).to_have_count(2)
    for slot in (first, second):
        go(again, slot.number)
        expect(again.locator(f"#slot-{slot.number} [data-saving]")).to_have_text("Saved")


def test_a_login_in_another_tab_lets_answers_through(page: Page, ada: User) -> None:
    slot = typed(sit(page, ada, "tiny-exam"))
    field = go(page, slot.number).locator("[name=value]")
    page.context.clear_cookies()
    field.fill("0.25")
    expect(page.locator("[data-state]")).to_contain_text("You have been logged out")
    other = page.context.new_page()
    log_in_by_hand(other)
    expect_saved(page, slot, "0.25")
    other.close()


def test_extra_time_that_is_given_meanwhile_is_had(page: Page, ada: User) -> None:
    sitting = sit(page, ada, "tiny-exam")
    slot = typed(sitting)
    field = go(page, slot.number).locator("[name=value]")
    end_in(page, timedelta(seconds=2))
    later = timezone.now() + timedelta(minutes=5)
    Sitting.objects.update(deadline_at=later)
    Slot.objects.update(deadline_at=later)
    expect(page.locator("[data-state]")).to_have_text("You have more time.")
    expect(page.get_by_role("timer")).to_contain_text("4:")
    field.fill("0.25")
    expect(page.locator(f"#slot-{slot.number} [data-saving]")).to_have_text("Saved")
    sitting.refresh_from_db()
    assert sitting.is_open


def test_the_time_ends_while_an_answer_is_typed(page: Page, ada: User) -> None:
    sitting = sit(page, ada, "tiny-exam")
    slot = typed(sitting)
    shown = go(page, slot.number)
    shown.locator("[name=value]").press_sequentially("0.12")
    expect(shown.locator("[data-saving]")).to_have_text("Saved")
    end_in(page, timedelta(seconds=4))
    with suppress(PlaywrightError):
        shown.locator("[name=value]").press_sequentially("3456789012345", delay=400)
    page.wait_for_selector("h1:has-text('of 6')")
    sitting.refresh_from_db()
    slot.refresh_from_db()
    assert sitting.state in ("expired", "submitted")
    # What was typed by the bell is in, though it was never paused.
    assert slot.response
    assert slot.response["value"].startswith("0.123")


def test_an_unreadable_number_is_said_and_the_last_readable_one_stays(page: Page, ada: User) -> None:
    slot = typed(sit(page, ada, "tiny-exam"))
    shown = go(page, slot.number)
    shown.locator("[name=value]").fill("0.5")
    expect(shown.locator("[data-saving]")).to_have_text("Saved")
    shown.locator("[name=value]").fill("0.5 x y")
    expect(shown.locator("[data-saving]")).to_contain_text("Not saved:")
    expect(page.locator(f"[data-go='{slot.number}']")).to_have_class("answered failed")
    slot.refresh_from_db()
    assert slot.response == {"value": "0.5"}
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text(
        "5 questions have no answer. 1 cannot be read, and was not saved."
    )


def test_a_viva_by_keyboard_alone(page: Page, learner: User, key: Key) -> None:
    log_in(page)
    page.goto("/exams/viva-1/")
    page.get_by_role("button", name="Start").press("Enter")
    page.wait_for_url("**/sittings/**")
    for number in (1, 2):
        expect(page.get_by_role("button", name=f"Start round {number} of 2")).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.get_by_role("timer")).to_contain_text("1:")
        slot = Slot.objects.get(sitting__state="open", number=number)
        right = key(str(slot.presentation_id))["pairs"]
        places = [item.get_attribute("data-right") for item in page.locator("[data-right]").all()]
        lefts = [item.get_attribute("data-left") or "" for item in page.locator("[data-left]").all()]
        for at, left in enumerate(lefts):
            wanted = places.index(right[left])
            if number == 1 and at == 0:
                wanted = next(place for place, one in enumerate(places) if one not in right.values())
            page.keyboard.press(str(wanted + 1))
        expect(page.locator("[data-left].filled")).to_have_count(5)
        page.keyboard.press("Enter")
        said = f"Round {number}: {80 if number == 1 else 100}\N{NARROW NO-BREAK SPACE}% correct"
        expect(page.get_by_role("heading", level=2)).to_have_text(said)
        if number == 1:
            expect(page.locator(".results .bad")).to_have_count(1)
            # The reason that is to be said is not printed above.
            missed = slot.presentation.answer["facets"][lefts[0]]
            (pair,) = (pair for pair in slot.presentation.version.body["pairs"] if pair["id"] == missed)
            assert pair["because"] not in page.locator(".results").inner_text()
            page.locator(".oral summary").press("Enter")
            page.get_by_role("button", name="Part of it").press("Enter")
            expect(page.locator(".oral")).to_contain_text("You had part of it.")
            page.locator("body").press("Tab")
            page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("1.8 of 2")
    expect(page.get_by_role("heading", name="What you mixed up")).to_be_visible()
    expect(page.locator(".confused rect.wrong")).to_have_count(1)
    assert Slot.objects.filter(number=1, oral__mark=1).exists()
    assert ReviewEvent.objects.filter(type="review").count() == 2


def test_a_viva_by_touch(phone: Page, ada: User, key: Key) -> None:
    log_in(phone)
    phone.goto("/exams/tiny-viva/")
    phone.get_by_role("button", name="Start").tap()
    phone.wait_for_url("**/sittings/**")
    phone.get_by_role("button", name="Start round 1").tap()
    slot = Slot.objects.get(sitting__state="open")
    for left, right in key(str(slot.presentation_id))["pairs"].items():
        phone.locator(f"[data-left='{left}'] button").tap()
        phone.locator(f"[data-right='{right}'] button").tap()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.get_by_role("button", name="Done").tap()
    expect(phone.get_by_role("heading", level=2)).to_contain_text("100")
    phone.get_by_role("button", name="See the summary").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("1 of 1")


def test_a_round_without_network_keeps_its_matches(page: Page, ada: User, key: Key) -> None:
    sit(page, ada, "tiny-viva")
    page.get_by_role("button", name="Start round 1").click()
    slot = Slot.objects.get(sitting__state="open")
    pairs = key(str(slot.presentation_id))["pairs"]
    page.context.set_offline(True)
    for left, right in pairs.items():
        page.locator(f"[data-left='{left}'] button").click()
        page.locator(f"[data-right='{right}'] button").click()
    expect(page.locator("[data-state]")).to_contain_text("No connection. Your answers are kept in this browser")
    # Reloaded, the page has them still.
    page.context.set_offline(False)
    page.reload()
    expect(page.locator("[data-left].filled")).to_have_count(len(pairs))
    page.context.set_offline(True)
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("button", name="Done")).to_be_disabled()
    page.context.set_offline(False)
    expect(page.get_by_role("heading", level=2)).to_contain_text("100")


def test_ticked_questions_are_practised_until_one_stops(page: Page, ada: User) -> None:
    log_in(page)
    page.goto("/exams/")
    practise = page.get_by_role("button", name="Practise selected")
    expect(practise).to_be_hidden()
    page.get_by_role("checkbox", name="Decay factor").check()
    page.get_by_role("checkbox", name="Order of a step").check()
    practise.click()
    page.wait_for_url("**/review/**")
    expect(page.locator(".top .progress")).to_contain_text("Practice: 1 of 2")
    page.get_by_role("link", name="Stop").click()
    page.goto("/review/")
    expect(page.locator(".top .progress")).not_to_contain_text("Practice")


def test_the_pages_fit_any_screen_and_anyone(page: Page, learner: User) -> None:
    log_in(page)
    for address in ("/exams/", "/exams/oa-1/"):
        page.goto(address)
        check(page, address)
    sit(page, learner, "oa-1")
    check(page, "a sitting")
    sit(page, learner, "viva-1")
    page.get_by_role("button", name="Start round 1").click()
    check(page, "a round")
    page.get_by_role("button", name="Done").click()
    page.wait_for_selector(".feedback")
    check(page, "after a round")


def test_every_kind_of_question_fits_any_screen_and_anyone(page: Page, ada: User) -> None:
    sitting = sit(page, ada, "tiny-exam")
    # A partner that is a formula alone needs a name, too.
    matching = Presentation.objects.get(slot__sitting=sitting, version__kind="matching")
    matching.prompt["right"][0]["text"] = r"$\lambda w$"
    matching.save()
    page.reload()
    for slot in sitting.slots.select_related("presentation__version"):
        go(page, slot.number)
        if slot.presentation.version.kind == "matching":
            # On a phone the partners say whose they are to be, when its entry is out of sight.
            page.set_viewport_size({"width": 360, "height": 740})
            page.locator(f"#slot-{slot.number} [data-right]").last.scroll_into_view_if_needed()
            expect(page.locator(f"#slot-{slot.number} .for")).to_be_in_viewport(ratio=1)
        check(page, f"a sitting's {slot.presentation.version.kind}")
    page.get_by_role("button", name="Hand in", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Hand in").click()
    page.wait_for_selector("h1:has-text('of 6')")
    page.locator("#slot-1 > summary").click()
    check(page, "a result")


def test_parts_are_saved_each_as_it_is_answered_and_are_there_again(
    page: Page, transactional_db: None, tmp_path: Path
) -> None:
    write_course(tmp_path, ALL_KINDS)
    course = bank.load_course(tmp_path, seeds=20).course
    user = User.objects.create_user("ada", password="lovelace-1815")
    schedule.enrol(user, course)
    Exam.objects.create(
        course=course, slug="parts", title="Parts", kind="assessment", minutes=10, blueprint={"slots": 1}
    )
    sitting = sit(page, user, "parts")
    slot = sitting.slots.get()
    part = {name: page.locator(f"[data-answer={name}]") for name in slot.presentation.facets}

    def saved(**parts: object) -> None:
        expect(page.locator("[data-saving]")).to_contain_text("Saved")
        slot.refresh_from_db()
        assert slot.response["parts"] == parts

    part["square"].locator("input:not([type=hidden])").fill("49")
    saved(square={"value": "49"})
    check(page, "a sitting with parts")
    part["larger"].locator("[data-as-it-is]").click()
    saved(square={"value": "49"}, larger={"choices": []})
    part["parity"].locator("select").select_option(index=1)
    choice = part["parity"].locator("select").input_value()
    part["rising"].locator("[data-handle]").first.press("ArrowDown")
    order = part["rising"].locator("[name$=step]").evaluate_all("all => all.map(one => one.value)")
    part["twice"].locator("button.left").first.click()
    part["twice"].locator("button.right").first.click()
    pairs = (
        part["twice"]
        .locator("select")
        .evaluate_all("all => all.map(one => [one.closest('li').dataset.left, one.value])")
    )
    answered = {
        "square": {"value": "49"},
        "larger": {"choices": []},
        "parity": {"choice": choice},
        "rising": {"order": order},
        "twice": {"pairs": {left: right for left, right in pairs if right}},
    }
    saved(**answered)

    page.reload()
    expect(part["square"].locator("input:not([type=hidden])")).to_have_value("49")
    expect(part["parity"].locator("select")).to_have_value(choice)
    part["square"].locator("input:not([type=hidden])").fill("4 9 x")
    expect(page.locator("[data-saving]")).to_contain_text("Saved, but without marks: Part a:")
    slot.refresh_from_db()
    assert slot.response["parts"] == {**answered, "square": {"value": "4 9 x"}}
