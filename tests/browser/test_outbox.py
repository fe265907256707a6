"""Answers that wait are sent from every page, by whoever gave them, once; and what becomes of them is said."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.templatetags.static import static
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from examprep.models import User
from questions import bank
from quizzes import schedule
from quizzes.models import DailyPlan, Presentation, PushSubscription, ReviewEvent
from tests.browser.pages import check, log_in
from tests.browser.test_device import COUNT, Key, answer, learner, open_review, turn_keys, wait_for_kept
from tests.questions.kinds.parts import write_course
from tests.questions.kinds.self_marked import CARD, ESSAY

__all__ = ["learner"]
BATCH, PACK = "**/api/v1/reviews/batch/", "**/api/v1/packs/**"


FILL = """() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = () => { throw new DOMException("No room.", "QuotaExceededError") };
    window.emptied = () => { IDBObjectStore.prototype.put = put };
}"""
"""A device without room, by what the browser does then: its quota cannot be set from outside."""


KEEP_KEEPING = """async ([store, name]) => {
    const {transact} = await import(store);
    window.underWay = new Set();
    window.stopKeeping = setInterval(() => {
        const kept = transact("readwrite", store => void store(name).put({}, "now")).catch(() => {});
        underWay.add(kept);
        kept.then(() => underWay.delete(kept));
    }, 1);
}"""


def count(page: Page, store: str) -> int:
    """How many rows the browser keeps."""
    number: int = page.evaluate(COUNT, store)
    return number


def answer_offline(page: Page, key: Key, *, right: bool = True) -> Presentation:
    """Answer what is asked, and wait until the browser has kept it."""
    before = count(page, "waiting")
    asked = answer(page, key, right=right)
    wait_until_waiting(page, f"> {before}")
    return asked


def wait_until_waiting(page: Page, condition: str) -> None:
    """Wait until the browser keeps so many answers."""
    pause = "new Promise(done => setTimeout(done, 20))"
    tries = (
        f"for (let n = 0; n < 2000; n++) {{ if (await ({COUNT})('waiting') {condition}) return true; await {pause}; }}"
    )
    assert page.evaluate(f"async () => {{ {tries} }}"), f"Answers that wait are never {condition}."


def test_what_waits_is_sent_from_the_next_page_and_what_differs_is_said_there(
    own_phone: Page, live_server: LiveServer, learner: User, key: Key
) -> None:
    began, context = timezone.now(), own_phone.context
    log_in(own_phone)
    own_phone.route(PACK, turn_keys)
    open_review(own_phone)
    asked = Presentation.objects.get(student=learner, version__kind="single_choice", closed_at=None)
    tabs = [own_phone, context.new_page()]
    for tab in tabs:
        tab.route(PACK, lambda route: route.abort())
        with tab.expect_request(PACK):
            tab.goto(f"/review/?presentation={asked.pk}")
    context.set_offline(True)
    # The clock is an hour ahead, then a year behind; and two tabs ask the same question.
    tabs[0].clock.set_fixed_time(began + timedelta(hours=1))
    tabs[1].clock.set_fixed_time(began - timedelta(days=365))
    for tab in tabs:
        assert answer_offline(tab, key) == asked
        expect(tab.locator("[data-device] h2")).to_have_text("Incorrect")
        expect(tab.locator("#outbox")).to_contain_text("No connection.")
    expect(own_phone.locator("#outbox p")).to_have_text(
        "No connection. 2 answers kept in this browser, sent when you are back online."
    )
    for tab in tabs:
        tab.close()
    context.set_offline(False)

    page = context.new_page()
    batches: list[Any] = []
    page.on("request", lambda request: batches.append(request) if "batch" in request.url else None)
    page.goto("/today/")

    outbox = page.locator("#outbox")
    expect(outbox.locator("p")).to_have_text("Connected again. 2 answers sent.")
    said = outbox.locator("li")
    expect(said).to_have_count(2)
    texts = " ".join(said.all_inner_texts())
    assert "An answer counts as correct; this browser had called it incorrect." in texts
    assert "You had answered this question before: the earlier answer counts." in texts
    events = ReviewEvent.objects.filter(presentation=asked)
    assert len(events) == 2
    assert len([event for event in events if not event.superseded]) == 1
    assert all(began - timedelta(seconds=60) < event.occurred_at <= timezone.now() for event in events)
    assert len(batches) == 1
    assert all(event["key_shown"] for event in batches[0].post_data_json["events"])
    check(page, "the state of answers")
    page.set_viewport_size({"width": 360, "height": 740})
    outbox.get_by_role("link").first.tap()
    page.wait_for_url("**/review/*/")
    page.locator("#outbox").get_by_role("button", name="OK").tap()
    expect(page.locator("#outbox")).to_be_hidden()
    assert (count(page, "waiting"), count(page, "news")) == (0, 0)
    page.goto("/lessons/")
    expect(page.locator("main")).to_be_visible()
    assert page.locator("#outbox").count() == 0


def test_a_clock_that_is_set_right_before_answers_are_sent_misdates_none(
    own_phone: Page, live_server: LiveServer, learner: User, key: Key
) -> None:
    log_in(own_phone)
    own_phone.clock.set_system_time(timezone.now() - timedelta(hours=3))
    open_review(own_phone)
    own_phone.context.set_offline(True)
    answered = timezone.now()
    answer_offline(own_phone, key)
    # Nobody answers before it is asked, by which the service would notice.
    Presentation.objects.update(created_at=answered - timedelta(days=1))
    expect(own_phone.locator("#outbox")).to_contain_text("1 answer")
    batches: list[Any] = []
    own_phone.on("request", lambda request: batches.append(request.post_data_json) if "batch" in request.url else None)
    own_phone.route(BATCH, lambda route: route.abort() if len(batches) == 2 else route.continue_())
    own_phone.clock.set_system_time(timezone.now())
    own_phone.context.set_offline(False)
    with own_phone.expect_response(BATCH):
        pass
    expect(own_phone.locator("#outbox p")).to_have_text("Connected again. 1 answer sent.")
    assert abs(ReviewEvent.objects.get().occurred_at - answered) < timedelta(minutes=2)
    # The first try was lost: what was restated is sent again as it was.
    asked, *tries = [batch["events"] for batch in batches]
    assert asked == []
    assert tries[0] == tries[1]


def test_who_wants_more_minutes_is_asked_what_comes_later_without_a_network_too(
    phone: Page, live_server: LiveServer, learner: User, key: Key
) -> None:
    User.objects.update(daily_minutes=1)
    schedule.plan_day(learner)
    log_in(phone)
    open_review(phone)
    phone.context.set_offline(True)
    question, more = phone.locator("#question:not([data-judged])"), phone.get_by_role("button", name="10 more minutes")
    asked: list[Presentation] = []
    for _ in range(4):
        question.or_(more).first.wait_for()
        if more.count():
            break
        asked.append(answer_offline(phone, key))
        phone.locator("#next").tap()
    more.tap()
    assert answer_offline(phone, key) not in asked
    # The service hears of them once, and not of those of a day that is over.
    phone.evaluate(
        """name => {
            const yesterday = { at: Date.now() - 47 * 3600 * 1000, isTold: false };
            localStorage.setItem(name, JSON.stringify([yesterday, ...JSON.parse(localStorage.getItem(name))]));
        }""",
        f"more:{learner.pk}",
    )
    told: list[Any] = []
    phone.on("request", lambda request: told.append(request.post_data_json) if "/today/more/" in request.url else None)
    with phone.expect_response("**/api/v1/today/more/**"):
        phone.context.set_offline(False)
    expect(phone.locator("#outbox")).to_contain_text("Connected again.")
    assert DailyPlan.objects.get(student=learner).extra_seconds >= 600
    phone.evaluate("dispatchEvent(new Event('online'))")
    # What is pressed with a network counts on the device, too.
    phone.goto("/review/summary/")
    phone.get_by_role("button", name="10 more minutes").tap()
    phone.wait_for_url("**/review/")
    noted: str = phone.evaluate("name => localStorage.getItem(name)", f"more:{learner.pk}")
    assert [press["isTold"] for press in json.loads(noted)] == [True, True, True]
    assert told[0] == {"minutes": 10}
    assert len([each for each in told if each and "minutes" in each]) == 1


def test_no_answer_is_lost_with_a_tab_or_with_the_storage(
    phone: Page, live_server: LiveServer, learner: User, key: Key
) -> None:
    context = phone.context
    log_in(phone)
    open_review(phone)
    control = context.new_cdp_session(phone)
    asked = []
    # Full: it says so, and sends it directly.
    context.set_offline(True)
    phone.evaluate(FILL)
    asked.append(answer(phone, key, right=True))
    expect(phone.locator("#outbox p")).to_have_text(
        "This browser has no room left. 1 answer on this page alone: leave it open until it is sent."
    )
    context.set_offline(False)
    expect(phone.locator("#outbox p")).to_have_text("Connected again. 1 answer sent.")
    assert ReviewEvent.objects.get().presentation == asked[0]
    phone.evaluate("emptied()")

    # Cleared in the middle: what is answered afterwards is kept.
    phone.locator("#next").tap()
    expect(phone.locator("[data-device]")).to_have_count(0)
    control.send("Storage.clearDataForOrigin", {"origin": live_server.url, "storageTypes": "indexeddb,local_storage"})
    context.set_offline(True)
    asked.append(answer_offline(phone, key))

    # Killed while an answer is on its way, which never comes through.
    context.set_offline(False)
    wait_until_waiting(phone, "=== 0")
    with phone.expect_response(PACK):  # it looks after answers by then
        phone.goto("/review/")
    phone.route("**/review/", lambda route: None)
    asked.append(answer_offline(phone, key))
    phone.close(run_before_unload=False)
    page = context.new_page()
    page.goto("/lessons/")
    expect(page.locator("#outbox p")).to_have_text("Connected again. 1 answer sent.")
    assert set(ReviewEvent.objects.values_list("presentation", flat=True)) == {each.pk for each in asked}


def test_what_is_under_way_ends_when_the_storage_is_cleared(page: Page, live_server: LiveServer) -> None:
    page.goto("/accounts/login/")
    page.evaluate(KEEP_KEEPING, [static("quizzes/device/store.js"), "about"])
    control = page.context.new_cdp_session(page)
    for pause in range(20, 80, 3):
        page.wait_for_timeout(pause)
        control.send("Storage.clearDataForOrigin", {"origin": live_server.url, "storageTypes": "indexeddb"})
    page.evaluate("clearInterval(stopKeeping)")
    page.wait_for_function("underWay.size === 0")


OLD_DEVICE = """([account, id, waiting]) => new Promise((done, fail) => {
    const opening = indexedDB.open("examprep", 2);
    opening.onupgradeneeded = () => {
        for (const name of ["questions", "waiting", "news", "about"]) opening.result.createObjectStore(name);
        const put = (name, row, key) => opening.transaction.objectStore(name).put(row, key);
        const placed = {id, card: "a card", day: "2026-01-01", position: 3, course: "tiny", lesson: "decay"};
        const entry = {...placed, key: {value: 1}}, html = "<p>Asked</p>";
        put("questions", {account, entry, html}, id);
        put("questions", {account, entry: {...entry, id: "answered"}, html, answered: true}, "answered");
        put("questions", {account, entry: {...entry, id: "without"}, html: ""}, "without");
        put("waiting", {account, event: {id: waiting, occurred_at: "2026-01-01T00:00:00Z"}, score: 1}, waiting);
    };
    opening.onerror = () => fail(opening.error);
    opening.onsuccess = () => { opening.result.close(); done(); };
})"""
READ_DEVICE = """async ([pack, sending]) => {
    const {readAskable, readForm, readQuestion} = await import(pack);
    const {readWaiting} = await import(sending);
    return {
        askable: await readAskable("1"), others: await readAskable("2"), form: await readForm("1", "asked"),
        key: (await readQuestion("1", "without")).key, waiting: (await readWaiting("1")).map(({event}) => event.id),
    };
}"""


def test_a_device_of_an_earlier_version_keeps_what_it_has(page: Page, live_server: LiveServer) -> None:
    page.goto("/app.webmanifest")  # a page without a script of ours
    page.evaluate(OLD_DEVICE, ["1", "asked", "an answer"])
    modules = [static(f"quizzes/device/{name}.js") for name in ("pack", "sending")]
    found = page.evaluate(READ_DEVICE, modules)
    placed = {"id": "asked", "card": "a card", "day": "2026-01-01", "position": 3, "course": "tiny", "lesson": "decay"}
    (askable,) = found.pop("askable")
    assert placed.items() <= askable.items()
    assert found == {"others": [], "form": "<p>Asked</p>", "key": {"value": 1}, "waiting": ["an answer"]}


def test_a_logout_sends_first_and_nobody_else_sees_or_sends_what_waits(
    phone: Page, live_server: LiveServer, learner: User, key: Key
) -> None:
    context = phone.context
    log_in(phone)
    open_review(phone)
    context.set_offline(True)
    asked = answer_offline(phone, key)

    # The login ends, and somebody else takes the device.
    refuse(phone)
    context.set_offline(False)
    sign_out_all(context)
    User.objects.create_user("bob", password="lovelace-1815")
    log_in(phone, "bob")
    phone.unroute(BATCH)
    phone.goto("/today/")
    wait_for_kept(phone, "kept === 0")
    assert phone.locator("#outbox:visible").count() == 0
    assert not ReviewEvent.objects.exists()
    log_out(phone)
    phone.wait_for_url(live_server.url + "/")
    assert count(phone, "waiting") == 1

    # The first one is back: asked before it is lost, and sent in the end.
    log_in(phone)
    refuse(phone)
    log_out(phone)
    dialog = phone.get_by_role("dialog")
    expect(dialog).to_contain_text("1 answer is not sent yet")
    dialog.get_by_role("button", name="Stay logged in").tap()
    expect(dialog).to_be_hidden()
    assert count(phone, "waiting") == 1
    phone.unroute(BATCH)
    phone.locator("[data-logout] button").tap()
    phone.wait_for_url(live_server.url + "/")
    assert ReviewEvent.objects.get().presentation == asked
    assert_nothing_is_left(phone)


def test_who_logs_out_and_loses_what_waits_leaves_nothing_that_is_sent_later(
    phone: Page, live_server: LiveServer, learner: User, key: Key
) -> None:
    context, ended = phone.context, []
    log_in(phone)
    open_review(phone)
    context.set_offline(True)
    answer_offline(phone, key)
    noted = [{"course": "tiny", "lesson": "decay", "section": "the-penalty", "state": "read", "at": 0}]
    phone.evaluate("([name, noted]) => localStorage.setItem(name, noted)", [f"reading:{learner.pk}", json.dumps(noted)])
    phone.route("**/reading/**", lambda route: route.fulfill(status=503))
    refuse(phone)
    context.set_offline(False)
    # What a browser's push service says: there is none for a browser without a window.
    PushSubscription.objects.create(student=learner, endpoint="https://push.example/1", p256dh="-", auth="-")
    phone.expose_function("unsubscribe", lambda: ended.append(True))
    phone.add_init_script("""
        const subscription = { endpoint: "https://push.example/1", unsubscribe: () => window.unsubscribe() };
        navigator.serviceWorker.getRegistration = async () => ({
            pushManager: { getSubscription: async () => subscription },
        });
    """)

    log_out(phone)
    dialog = phone.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("1 answer and 1 bookmark, note or section read are not sent yet")
    expect(dialog).to_contain_text("log out and lose it")
    dialog.get_by_role("button", name="Log out and lose it").tap()
    phone.wait_for_url(live_server.url + "/")
    assert_nothing_is_left(phone)
    assert ended == [True]
    assert not PushSubscription.objects.exists()

    phone.unroute_all()
    log_in(phone)
    open_review(phone)
    assert phone.locator("#outbox:visible").count() == 0
    assert not ReviewEvent.objects.exists()


def assert_nothing_is_left(page: Page) -> None:
    """After a logout the browser keeps nothing of who was logged in."""
    stores = ("waiting", "news", "places", "questions", "forms")
    assert {store: count(page, store) for store in stores} == dict.fromkeys(stores, 0)
    assert page.evaluate("Object.keys(localStorage)") == []


def refuse(page: Page) -> None:
    """Have the service take no answers."""
    page.route(BATCH, lambda route: route.fulfill(status=503, headers={"Retry-After": "1"}))


def sign_out_all(context: BrowserContext) -> None:
    """End the login without a logout."""
    context.clear_cookies()


def log_out(page: Page) -> None:
    """Press the button of the logout's page."""
    page.goto("/accounts/logout/")
    page.locator("[data-logout] button").tap()


@pytest.fixture
def cards(transactional_db: None, tmp_path: Path) -> User:
    """A student of a course of questions that students mark themselves."""
    user = User.objects.create_user("ada", password="lovelace-1815", daily_minutes=120)
    write_course(tmp_path, CARD, ESSAY)
    schedule.enrol(user, bank.load_course(tmp_path).course)
    return user


def test_cards_are_turned_over_and_put_off_without_a_network(phone: Page, live_server: LiveServer, cards: User) -> None:
    log_in(phone)
    with phone.expect_response(PACK):
        phone.goto("/review/")
    wait_for_kept(phone, "kept === 6")  # with two spares each
    phone.context.set_offline(True)
    for _ in range(2):
        expect(phone.locator("[data-back]")).to_have_count(0)
        question = phone.locator("#question")
        kind = question.get_attribute("data-kind")
        if kind == "open_response":
            question.locator("textarea").fill("All of it.")
        question.locator("#turn").tap()
        expect(phone.locator("[data-back]")).to_be_focused()
        if kind == "recall":
            question.get_by_role("button", name="Good").tap()
        else:
            question.locator("[name=points]").first.check()
            question.locator("#check").tap()
            phone.locator("#next").tap()
        expect(phone.locator("#outbox")).to_contain_text("answer")
    expect(phone.get_by_text("These are all the questions this browser has for now")).to_be_visible()

    phone.context.set_offline(False)
    expect(phone.locator("#outbox p")).to_have_text("Connected again. 2 answers sent.")
    given = dict(ReviewEvent.objects.values_list("presentation__version__kind", "response"))
    assert given["recall"] == {"rating": "good"}
    essay = given["open_response"] or {}
    assert essay["text"] == "All of it."
    assert len(essay["points"]) == 1
