"""Answers are graded in the browser at once, and kept there while there is no network."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from examprep.models import User
from questions import bank
from questions.models import Item
from quizzes import schedule
from quizzes.models import Bookmark, Note, Presentation, ReviewEvent
from tests import courses
from tests.browser.pages import asked_id, log_in, wait_for
from tests.browser.test_verdict import post
from tests.conftest import wrong

Key = Callable[[str], Any]
COUNT = """name => new Promise(done => {
    const opening = indexedDB.open("examprep");
    opening.onsuccess = () => {
        const {result} = opening;
        if (!result.objectStoreNames.contains(name)) { result.close(); done(0); return; }
        const counting = result.transaction(name).objectStore(name).count();
        counting.onsuccess = () => { result.close(); done(counting.result); };
    };
})"""
NEVER_IDLE = "window.requestIdleCallback = (act, {timeout} = {}) => timeout ? setTimeout(act, timeout) : 0"


def add_hints(item: Item) -> None:
    """Publish the item with two hints."""
    hints = {"hints": ["What is left?", "Take it away."]}
    bank.save_draft(item.course, item.slug, item.kind, item.draft | hints, [*item.concepts.all()])
    item.refresh_from_db()
    bank.publish(item, seeds=5)


@pytest.fixture
def learner(transactional_db: None) -> User:
    """A student of the tiny course."""
    user = User.objects.create_user("ada", password="lovelace-1815", daily_minutes=120)
    schedule.enrol(user, courses.load())
    return user


def wait_for_kept(page: Page, condition: str) -> None:
    """Wait until the browser keeps so many questions as they are asked."""
    pause = "new Promise(done => setTimeout(done, 50))"
    page.evaluate(f"async () => {{ let kept; while (kept = await ({COUNT})('forms'), !({condition})) await {pause}; }}")


def open_review(page: Page, address: str = "/review/") -> None:
    """Open the review, and wait for what the browser keeps of it."""
    with page.expect_response("**/api/v1/packs/**"):
        page.goto(address)
    wait_for_kept(page, "kept >= 5")


def answer(page: Page, key: Key, *, right: bool) -> Presentation:
    """Answer what is asked, and check."""
    asked = Presentation.objects.get(pk=asked_id(page))
    response = key(str(asked.pk))
    post(page, asked, response if right else wrong({"kind": asked.version.kind, "prompt": asked.prompt}, response))
    return asked


def turn_keys(route: Route) -> None:
    """Hand on a pack whose keys of single choices are wrong."""
    pack = route.fetch()
    document = pack.json()
    for entry in document["results"]:
        if entry["kind"] == "single_choice":
            others = [each["id"] for each in entry["prompt"]["choices"] if each["id"] != entry["key"]["choice"]]
            entry["key"] = {"choice": others[0]}
    route.fulfill(response=pack, json=document)


def test_the_browser_grades_at_once_and_the_service_has_the_last_word(
    phone: Page, live_server: LiveServer, learner: User, key: Key
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            held.append(route)
        else:
            route.continue_()

    log_in(phone)
    phone.route("**/api/v1/packs/**", turn_keys)
    open_review(phone)
    for kind, is_said in (("single_choice", True), ("numeric", False)):
        asked = Presentation.objects.get(student=learner, version__kind=kind, closed_at=None)
        phone.unroute("**/review/")
        open_review(phone, f"/review/?presentation={asked.pk}")
        phone.route("**/review/", hold)
        answer(phone, key, right=True)

        first = phone.locator("[data-device] h2")
        expect(first).to_have_text("Incorrect" if is_said else "Correct")
        assert not ReviewEvent.objects.filter(presentation=asked).exists()
        while not held:
            phone.wait_for_timeout(20)  # the browser may grade before its request has come this far
        held.pop().continue_()

        expect(phone.locator("#verdict")).to_contain_text("Correct")
        expect(phone.locator("[data-device]")).to_have_count(0)
        expect(phone.get_by_text("graded your answer differently")).to_have_count(1 if is_said else 0)
    phone.unroute_all(behavior="ignoreErrors")


def test_a_browser_that_is_never_idle_grades_too(phone: Page, live_server: LiveServer, learner: User, key: Key) -> None:
    phone.add_init_script(NEVER_IDLE)
    log_in(phone)
    open_review(phone)
    phone.context.set_offline(True)
    answer(phone, key, right=True)
    expect(phone.locator("[data-device] h2")).to_have_text("Correct")


def test_what_was_checked_is_sent_once_its_verdict_is_seen_whatever_is_pressed_since(
    phone: Page, live_server: LiveServer, learner: User, key: Key
) -> None:
    log_in(phone)
    open_review(phone)
    asked = Presentation.objects.get(student=learner, version__kind="single_choice", closed_at=None)
    open_review(phone, f"/review/?presentation={asked.pk}")
    wait_for(phone, "document.querySelector('[data-room]')")
    right = key(str(asked.pk))["choice"]
    phone.evaluate(
        """right => {
            const send = XMLHttpRequest.prototype.send;
            XMLHttpRequest.prototype.send = function (...given) {
                window.seen ??= document.querySelector("[data-device] h2")?.textContent ?? "nothing";
                return send.apply(this, given);
            };
            document.querySelector(`#question [value="${right}"]`).click();
            document.querySelector("#check").click();
            document.querySelector(`#question [name=choice]:not([value="${right}"])`).click();
            document.querySelector("#check").click();
        }""",
        right,
    )
    expect(phone.locator("#verdict")).to_contain_text("Correct")
    assert phone.evaluate("window.seen") == "Correct"
    assert ReviewEvent.objects.get().response == {"choice": right}

    # Nor does it need a number, once its button is gone.
    asked = Presentation.objects.get(student=learner, version__kind="numeric", closed_at=None)
    open_review(phone, f"/review/?presentation={asked.pk}")
    wait_for(phone, "document.querySelector('[data-room]')")
    with phone.expect_request(lambda request: request.method == "POST" and request.url.endswith("/review/")):
        phone.locator("#dont-know").tap()
    expect(phone.locator("#verdict")).to_have_text("Not known yet")


def test_answers_are_kept_while_there_is_no_network(
    phone: Page, live_server: LiveServer, learner: User, key: Key
) -> None:
    add_hints(Item.objects.get(kind="single_choice"))
    log_in(phone)
    open_review(phone)
    first = Presentation.objects.get(student=learner, version__kind="single_choice", closed_at=None)
    open_review(phone, f"/review/?presentation={first.pk}")
    phone.context.set_offline(True)
    phone.locator("#hint").tap()
    expect(phone.locator(".hints li")).to_have_text("What is left?")
    expect(phone.locator("#hint")).to_have_text("Another hint (2 of 2)")
    asked = []
    for right in (True, False, True):
        asked.append(answer(phone, key, right=right))
        expect(phone.locator("[data-device] h2")).to_have_text("Correct" if right else "Incorrect")
        expect(phone.locator("#outbox")).to_contain_text(f"{len(asked)} answer")
        if len(asked) == 1:
            phone.locator("#bookmark-button").tap()
            phone.locator("#note summary").tap()
            phone.locator("#note-text").fill("From the train.")
            phone.locator("#note button").tap()
            expect(phone.locator("[data-device] .notebook [role=status]")).to_contain_text("Kept in this browser")
        if len(asked) < 3:
            phone.locator("#next").tap()
            expect(phone.locator("[data-device]")).to_have_count(0)
    assert len({each.pk for each in asked}) == 3
    assert not ReviewEvent.objects.exists()
    # Elsewhere the same question got a note, too.
    note = Note.objects.create(student=learner, item=first.version.item, text="At home.", changed_at=timezone.now())

    # A section that was put off on an earlier day is not put off today.
    section = {"course": "tiny", "lesson": "decay", "section": "the-penalty"}
    noted = [{**section, "state": state, "at": at} for state, at in (("later", 0), ("read", 0))]
    phone.evaluate("([name, noted]) => localStorage.setItem(name, noted)", [f"reading:{learner.pk}", json.dumps(noted)])
    told: list[Any] = []
    phone.on("request", lambda request: told.append(request.post_data_json) if "/reading/" in request.url else None)
    phone.context.set_offline(False)
    expect(phone.locator("#outbox")).to_have_text("Connected again. 3 answers sent.")
    events = ReviewEvent.objects.order_by("occurred_at")
    assert [event.presentation_id for event in events] == [each.pk for each in asked]
    assert [event.current_grade["correct"] for event in events] == [True, False, True]
    assert [event.hints_used for event in events] == [1, 0, 0]
    wait_for(phone, f"localStorage.getItem('notebook:{learner.pk}') === '[]'")
    assert told == [{"state": "read"}]
    note.refresh_from_db()
    assert note.text == "At home.\n\nFrom the train."
    assert Bookmark.objects.get(student=learner).item == first.version.item
    # The answer whose receipt was lost goes out once more, and counts once.
    with phone.expect_response("**/api/v1/packs/**"):
        phone.locator("#next").tap()
    expect(phone.locator("[data-device]")).to_have_count(0)
    assert ReviewEvent.objects.count() == 3

    # An exam that is opened in another tab leaves no key in this one.
    exam = phone.context.new_page()
    exam.goto("/exams/tiny-exam/")
    exam.get_by_role("button", name="Start").tap()
    exam.wait_for_url("**/sittings/**")
    wait_for_kept(phone, "kept === 0")
    phone.context.set_offline(True)
    answer(phone, key, right=True)
    expect(phone.locator("[data-device] h2")).to_have_text("Kept. It will be graded when you are back online.")
    expect(phone.locator("[data-device] .key")).to_be_hidden()
