"""Without a network: pages that the worker keeps, a week of reviews, new versions, and the app that is installed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Event
from typing import Any

import pytest
from django.core.management import call_command
from django.shortcuts import render
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from examprep import installed_app
from examprep.models import User
from questions import bank
from questions.models import Item
from quizzes import schedule
from quizzes.models import Presentation, ReviewEvent, SectionRead
from quizzes.reminders import push_encryption
from tests import courses
from tests.browser.conftest import PATIENCE
from tests.browser.pages import check, log_in, wait_for
from tests.browser.test_session import Clock, clock  # noqa: F401 - a fixture
from tests.browser.test_verdict import post
from tests.conftest import Api, wrong

Key = Callable[[str], Any]
KEPT = """async () => {
    const all = [];
    for (const name of await caches.keys()) {
        const requests = await (await caches.open(name)).keys();
        all.push(...requests.map(({ url }) => `${name.split(":")[0]} ${url.replace(location.origin, "")}`));
    }
    return all;
}"""


@pytest.fixture
def installed(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A page on a phone that may have a worker; an error in its scripts fails the test."""
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 360, "height": 740},
        has_touch=True,
        is_mobile=True,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors, errors


@pytest.fixture
def learner(transactional_db: None) -> User:
    """A student with a minute a day, in a course with questions for each day of a week."""
    course = courses.load()
    first = Item.objects.get(slug="penalty-target")
    Item.objects.exclude(pk=first.pk).update(retired_at=timezone.now())
    for number in range(8):
        body = {**first.draft, "stem": f"{first.draft['stem']} ({number})"}
        draft = bank.save_draft(course, f"{first.slug}-{number}", first.kind, body, list(first.concepts.all()))
        bank.publish(draft, seeds=1)
    user = User.objects.create_user("ada", password="lovelace-1815", daily_minutes=1)
    schedule.enrol(user, course)
    return user


def wait_until(page: Page, condition: str) -> None:
    """Wait until a condition holds of `kept`, the pages that the browser keeps, each after its cache."""
    page.evaluate(f"""async () => {{
        const end = performance.now() + {PATIENCE};
        for (let kept; kept = await ({KEPT})(), !({condition}); await new Promise(done => setTimeout(done, 100)))
            if (performance.now() > end) throw new Error(kept.join("; "));
    }}""")


def wait_until_kept(page: Page, *addresses: str) -> None:
    """Wait until the browser keeps these pages; the review's is fetched after its questions."""
    wait_until(page, f"{json.dumps(addresses)}.every(each => kept.includes(each))")


def answer_day(page: Page, key: Key) -> list[str]:
    """Answer what is asked until the day is done, every third wrong, from the first on; the ids of the questions."""
    asked: list[str] = []
    question = page.locator("#question:not([data-judged])")
    done = page.get_by_text("Done for today").or_(page.get_by_text("These are all the questions this browser has"))
    for _ in range(20):
        question.or_(done).first.wait_for()
        if done.count():
            return asked
        pk = question.locator("[name=presentation]").input_value()
        shown = Presentation.objects.select_related("version").get(pk=pk)
        right, named = key(pk), {"kind": shown.version.kind, "prompt": shown.prompt}
        post(page, shown, wrong(named, right) if len(asked) % 3 == 0 else right)
        page.locator("[data-device] #next").tap()
        asked.append(pk)
    raise AssertionError("The day has no end.")


def test_a_week_without_a_network_beside_a_second_device(
    installed: Page,
    live_server: LiveServer,
    learner: User,
    key: Key,
    clock: Clock,  # noqa: F811
) -> None:
    page, began, lesson = installed, datetime.now(UTC), "/courses/tiny/lessons/decay/"
    log_in(page)
    page.goto("/today/")
    wait_until_kept(page, "person-pages /review/", f"person-pages {lesson}", "person-pages /concepts/")
    page.context.set_offline(True)

    phone, answered = Api(learner), []
    for day in range(7):
        clock.ahead = timedelta(days=day)
        page.clock.set_fixed_time(began + clock.ahead)
        page.goto("/today/")
        expect(page.get_by_text("This page is as it was")).to_be_visible()
        page.goto("/review/?plan")
        answered.append(answer_day(page, key))
        if day == 0:
            # What was forgotten comes back once its minutes have passed, with other numbers.
            page.clock.set_fixed_time(began + timedelta(minutes=11))
            page.goto("/review/")
            again = answer_day(page, key)
            first, second = (Presentation.objects.get(pk=each) for each in (answered[0][0], again[0]))
            assert (second.card_id, second.spare) == (first.card_id, 1)
            assert second.prompt != first.prompt
            answered[0] += again
        if day == 2:
            # The other device has a network, and answers what this one has answered, or will.
            others = [each["id"] for each in phone.queue()["results"][:3]]
            assert {phone.answer(each, key(each))["status"] for each in others} == {"accepted"}
    assert all(answered[:6])
    page.goto(lesson)
    page.locator("[data-simulator]").scroll_into_view_if_needed()
    expect(page.locator("[data-simulator].ready")).to_be_visible()
    page.locator("[data-end=the-penalty] button").tap()
    wait_until(page, f"localStorage.getItem('reading:{learner.pk}')?.includes('the-penalty')")
    assert not ReviewEvent.objects.exclude(device=phone.device).exists()

    page.context.set_offline(False)
    # Whoever sends them, this page or the worker, the page that is open hears of it.
    ours = [each for day in answered for each in day]
    expect(page.get_by_text(f"{len(ours)} answers sent")).to_be_visible()
    events = ReviewEvent.objects.filter(student=learner, type="review")
    assert {str(each.presentation_id) for each in events} == {*ours, *others}
    counting = [each.presentation_id for each in events.counting()]
    assert len(counting) == len(set(counting)) == len({*ours, *others})
    days = {each.occurred_at.date() for each in events if str(each.presentation_id) in ours}
    assert len(days) >= 6
    # And the next day by one more, since it was forgotten again.
    assert Presentation.objects.filter(pk__in=answered[1], card=first.card_id).exists()
    wait_until(page, f"localStorage.getItem('reading:{learner.pk}') === '[]'")
    assert SectionRead.objects.filter(student=learner, section="the-penalty").exists()
    told = StringIO()
    call_command("rebuild_memory", "--check", stdout=told)
    assert " 0 differences" in told.getvalue()


def test_pages_that_are_not_kept_say_so_and_another_person_finds_nothing(
    installed: Page, live_server: LiveServer, student: User, settings: Any
) -> None:
    page = installed
    settings.VAPID_PRIVATE_KEY = push_encryption.new_private_key()
    log_in(page)
    page.goto("/today/")
    wait_until_kept(page, "person-pages /review/", "person-pages /lessons/")
    assert not page.context.new_cdp_session(page).send("Page.getInstallabilityErrors")["installabilityErrors"]
    for address in ("/exams/", "/settings/", "/progress/"):
        page.goto(address)
        if address == "/settings/":
            expect(page.get_by_role("button", name="Remind me in this browser too")).to_be_visible()
    kept = page.evaluate(KEPT)
    assert not [each for each in kept if any(part in each for part in ("/exams/", "/settings/", "/accounts/", "/api/"))]
    page.context.set_offline(True)
    page.goto("/exams/")
    expect(page.get_by_role("heading", name="This page needs a connection")).to_be_visible()
    check(page, "offline")
    page.goto("/today/")
    check(page, "kept")
    page.context.set_offline(False)

    User.objects.create_user("bea", password="lovelace-1815")
    page.context.clear_cookies()
    log_in(page, "bea")
    page.goto("/today/")
    wait_until(page, "!kept.some(each => each.startsWith('person') && each.endsWith('/review/'))")


def test_a_new_version_waits_for_the_answer_that_is_being_typed(
    installed: Page, live_server: LiveServer, student: User, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = installed
    log_in(page)
    page.goto("/review/")
    wait_until_kept(page, "person-pages /review/")
    asked = Presentation.objects.get(student=student, version__kind="numeric", closed_at=None)
    page.goto(f"/review/?presentation={asked.pk}")
    shell = installed_app.list_shell()
    monkeypatch.setattr(installed_app, "list_shell", lambda: shell._replace(version="newer"))
    typed = page.locator("#question [name=value]")
    typed.fill("1e")
    page.evaluate("navigator.serviceWorker.ready.then(each => each.update())")
    expect(page.locator(".new-version")).to_contain_text("A new version is ready")
    page.get_by_role("button", name="Load it").tap()
    expect(page.locator(".new-version")).to_have_text("The new version loads after this answer.")
    # What the service says while it is typed is no answer yet.
    typed.fill("1e-5")
    expect(page.locator("#echo")).to_contain_text("read as 10⁻⁵")
    expect(typed).to_have_value("1e-5")
    expect(page.locator(".new-version")).to_be_visible()

    with page.expect_event("load"):
        post(page, asked, key(str(asked.pk)))
    assert ReviewEvent.objects.get().presentation_id == asked.pk
    wait_until(page, "kept.some(each => each.startsWith('shell-newer'))")
    assert f"shell-{shell.version}" in page.evaluate("caches.keys()")


def test_a_new_version_that_is_found_before_the_page_looks_for_one_is_announced(
    installed: Page, live_server: LiveServer, student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, held = installed, Event()
    log_in(page)
    page.goto("/today/")
    wait_until_kept(page, "person-pages /review/")
    # The scripts that watch for new versions come late.
    page.add_init_script("""
        const late = new Promise(done => { window.watch = done; });
        const { register } = ServiceWorkerContainer.prototype;
        ServiceWorkerContainer.prototype.register = async function (...given) {
            window.registration = await register.apply(this, given);
            await late;
            return registration;
        };
        const listen = ServiceWorkerRegistration.prototype.addEventListener;
        ServiceWorkerRegistration.prototype.addEventListener = function (...given) {
            listen.apply(this, given);
            if (given[0] === "updatefound") window.isWatching = true;
        };
    """)
    page.goto("/today/")
    wait_for(page, "Boolean(window.registration)")
    shell = installed_app.list_shell()
    monkeypatch.setattr(installed_app, "list_shell", lambda: shell._replace(version="newer"))
    monkeypatch.setattr("examprep.installed_app.render", lambda *given: held.wait(PATIENCE / 1000) and render(*given))
    page.evaluate("registration.update()")
    wait_for(page, "Boolean(registration.installing)")
    page.evaluate("watch()")
    wait_for(page, "window.isWatching")
    held.set()  # only now is it installed
    expect(page.locator(".new-version")).to_contain_text("A new version is ready")


HOLD = """() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...given) {
        const again = () => { this.count().onsuccess = again; };
        if (this.name === "waiting") { again(); window.isWriting = true; }
        return put.apply(this, given);
    };
}"""
"""Has the write of an answer go on for ever: whoever closes the page ends it in the middle."""
HEAR = """() => {
    window.sent = new Promise(done => {
        new BroadcastChannel("examprep-outbox").onmessage = ({data}) => data.type === "sent" && done(data.sent);
        setTimeout(() => done("nothing was sent"), 60_000);
    });
}"""


def sync_in_background(page: Page, origin: str) -> None:
    """Have the browser tell the worker that there is a network again."""
    control, found = page.context.new_cdp_session(page), list[dict[str, Any]]()
    control.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(told["registrations"]))
    control.send("ServiceWorker.enable")
    while not found:
        page.wait_for_timeout(20)
    named = {"origin": origin, "registrationId": found[0]["registrationId"], "tag": "examprep-answers"}
    control.send("ServiceWorker.dispatchSyncEvent", {**named, "lastChance": False})


def test_answers_of_a_quick_check_without_a_network_are_sent_when_no_page_is_open(
    installed: Page, live_server: LiveServer, student: User, key: Key
) -> None:
    page, address = installed, "/courses/tiny/lessons/decay/quick-check/"
    log_in(page)
    page.goto("/today/")
    wait_until_kept(page, f"person-keys {address}?part", f"person-keys {address}")
    page.context.set_offline(True)
    page.goto(address)
    part = page.locator("[data-part]:has(.choices)").first
    pk = part.locator("[name=presentation]").input_value()
    part.locator(f"[value='{key(pk)['choice']}']").check()
    part.get_by_role("button", name="Check").tap()
    expect(part.locator("[data-device] h2")).to_have_text("Correct")
    expect(page.locator("#outbox")).to_contain_text("1 answer kept in this browser")
    # The next one is being written: nothing says that it is kept, and it is not.
    page.evaluate(HOLD)
    other = page.locator("[data-part]:not(:has([data-device]))").first
    lost = other.locator("[name=presentation]").input_value()
    other.locator("[name=dont_know]").tap()
    wait_for(page, "window.isWriting")
    expect(page.locator("#outbox")).to_contain_text("1 answer kept in this browser")
    page.close()

    page.context.set_offline(False)
    elsewhere = page.context.new_page()
    elsewhere.goto("/app.webmanifest")  # a page without a script of ours
    elsewhere.evaluate(HEAR)
    sync_in_background(elsewhere, live_server.url)
    assert elsewhere.evaluate("window.sent") == 1
    sync_in_background(elsewhere, live_server.url)
    elsewhere.goto(address)
    expect(elsewhere.locator(f"[value='{lost}']")).to_be_attached()
    expect(elsewhere.locator("[data-part] .verdict")).to_have_count(1)
    assert str(ReviewEvent.objects.get().presentation_id) == pk
