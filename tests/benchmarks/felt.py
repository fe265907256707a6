"""What a student on a slow phone feels: Chromium at a quarter of the processor and on slow 4G, by the browser's clock.

LCP is when the largest part of a page is shown, CLS how much of it moved, INP the longest from a press to what it
changes. The numbers are of a first visit, with nothing cached. BENCH_URL names a service
that runs; else one is started.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Locator, Page, sync_playwright

from tests.benchmarks.results import FULL
from tests.benchmarks.table import Row
from tests.browser.conftest import chromium
from tests.faults.service import service_at

PAGES = ("/", "/today/", "/review/", "/lessons/regularization/", "/progress/", "/concepts/")
SLOW_4G = {"latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
CPU_SLOWDOWN = 4
RUNS = 3 if FULL else 2
PRESSES = 20 if FULL else 6
SEEN_MS = 700
"""Nobody presses sooner what has just come."""
OBSERVE = """
window.felt = {lcp: 0, cls: 0, inp: 0};
const watch = (type, note, more = {}) => new PerformanceObserver(list => list.getEntries().forEach(note))
    .observe({type, buffered: true, ...more});
watch("largest-contentful-paint", entry => { felt.lcp = entry.startTime });
watch("layout-shift", entry => { felt.cls += entry.hadRecentInput ? 0 : entry.value });
watch("event", entry => {
    if (entry.interactionId) felt.inp = Math.max(felt.inp, entry.duration);
}, {durationThreshold: 16});
"""

TIME_CHANGE = """selector => {
    let began = 0;
    document.addEventListener("click", event => { began ||= event.timeStamp }, {capture: true, once: true});
    window.changed = new Promise(done => new MutationObserver((_, watcher) => {
        if (!document.querySelector(selector)) return;
        watcher.disconnect();
        // The frame after the one that is being made shows it.
        requestAnimationFrame(() => requestAnimationFrame(now => done(now - began)));
    }).observe(document.body, {childList: true, subtree: true}));
}"""
VERDICT = "[data-device], [data-back], [data-feedback]"
NEXT = ".to-read, #question:not([data-judged], :has([data-back]))"
TRIVIAL = """<button style="width: 9rem; height: 3rem" onclick="said.innerHTML = '<b>Correct</b>'">Check</button>
<p id="said"></p>"""


@dataclass(frozen=True)
class Visit:
    """A page as it was felt: seconds, the share of the window that moved, and kilobytes over the wire, idle or not."""

    lcp: float
    cls: float
    kilobytes: float


@dataclass
class Phone:
    """A page on a slow phone, what it is slowed down by, and the bytes of each of its responses."""

    page: Page
    session: CDPSession
    received: list[float] = field(default_factory=list)

    def lose_network(self) -> None:
        """Have every request fail; the context's own switch does nothing to a page that is throttled."""
        self.session.send("Network.emulateNetworkConditions", {**SLOW_4G, "offline": True})


def rows() -> list[Row]:
    """LCP of each page on a first visit, and what presses in the review take."""
    with service_at(os.environ.get("BENCH_URL")) as url, sync_playwright() as playwright:
        if chromium(playwright) is None:
            return []
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium(playwright), args=root)
        state = _log_in(browser, url)
        made = []
        for path in PAGES:
            visits = [_visit(browser, url, path, state) for _ in range(RUNS)]
            best = min(visits, key=lambda visit: visit.lcp)
            shift = max(visit.cls for visit in visits)
            note = f"CLS {shift:.3f}, {best.kilobytes:.0f} kB with what is fetched when idle"
            made.append(Row(f"LCP {path}", best.lcp, note=note, at_most=2.5))
        inp = min(_presses(browser, url, state) for _ in range(RUNS))
        made.append(Row("INP /review/, choosing, checking and going on", inp, at_most=0.2))
        made.append(_row_of_presses("the least: a press that sets a text", _press_trivial(browser, url, state)))
        for words, offline in (("with a network", False), ("without one", True)):
            took, went_on = _check_to_verdict(browser, url, state, offline=offline)
            made.append(_row_of_presses(f"check to verdict {words}", took, at_most=0.1))
            if offline:
                made.append(_row_of_presses("verdict to the next question without one", went_on))
        browser.close()
    return made


def _log_in(browser: Browser, url: str) -> str:
    """Log in, and warm the service. Returns the cookies as a file's path."""
    context = browser.new_context(base_url=url)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("input[name=login]", "student")
    page.fill("input[name=password]", "student")
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/today/")
    for path in PAGES:
        page.goto(path)
    state = str(Path(tempfile.mkdtemp()) / "state.json")
    context.storage_state(path=state)
    context.close()
    return state


def _visit(browser: Browser, url: str, path: str, state: str) -> Visit:
    phone = _phone(browser, url, state)
    page = phone.page
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    felt = page.evaluate("felt")
    page.context.close()
    return Visit(felt["lcp"] / 1000, felt["cls"], sum(phone.received) / 1000)


def _presses(browser: Browser, url: str, state: str) -> float:
    """The longest that a press in the review takes until its effect is painted, in seconds."""
    page = _phone(browser, url, state).page
    page.goto("/review/")
    for _ in range(3):
        _wait_for_question(page)
        if page.locator(".choices input").count():
            _press(page.locator(".choices .option").first)
        _press(_way_to_verdict(page))
        _press(page.locator(".ratings button, #next:visible").first)
    longest: float = page.evaluate("felt.inp")
    page.context.close()
    return longest / 1000


def _row_of_presses(name: str, took: list[float], at_most: float | None = None) -> Row:
    """The median of what presses took, with the third quartile beside it."""
    upper = statistics.quantiles(took, n=4)[2] if len(took) > 1 else took[0]
    note = f"median of {len(took)} presses; p75 {1000 * upper:.0f} ms"
    return Row(name, statistics.median(took), note=note, at_most=at_most)


def _press_trivial(browser: Browser, url: str, state: str) -> list[float]:
    """What the same press takes on a page of one button, in seconds: less no page can."""
    page = _phone(browser, url, state).page
    page.set_content(TRIVIAL)
    took = []
    for _ in range(PRESSES):
        page.evaluate("said.replaceChildren()")
        took.append(_time(page.locator("button"), "#said b"))
    page.context.close()
    return took


def _check_to_verdict(browser: Browser, url: str, state: str, *, offline: bool) -> tuple[list[float], list[float]]:
    """The time from each press to the frame in which the browser's own verdict is painted, in seconds.

    Besides, without a network, from there to the next question.
    """
    phone = _phone(browser, url, state)
    page, took, went_on = phone.page, list[float](), list[float]()
    with page.expect_response("**/review/forms/**"):
        page.goto("/review/")
    _wait_for_question(page)
    # Until then the week's questions are written down.
    page.wait_for_load_state("networkidle")
    if offline:
        phone.lose_network()
    for _ in range(PRESSES):
        took.append(_time(_way_to_verdict(page), VERDICT))
        way_on = page.locator(".ratings button, #next:visible").first
        way_on.wait_for()
        if offline:
            went_on.append(_time(way_on, NEXT))
        else:
            _press(way_on)
        page.locator(f":is({VERDICT})").wait_for(state="detached")
        if offline and page.locator(".to-read").count():
            break  # what is to be read first was not fetched
        _wait_for_question(page)
    page.context.close()
    return took, went_on


def _time(place: Locator, selector: str) -> float:
    """Press what has been seen; the time until what a selector finds is painted, in seconds."""
    place.page.wait_for_timeout(SEEN_MS)
    place.page.evaluate(TIME_CHANGE, selector)
    place.tap()
    passed: float = place.page.evaluate("changed")
    return passed / 1000


def _way_to_verdict(page: Page) -> Locator:
    """What gives a verdict without an answer: a card is turned over, any other question is not known."""
    page.locator("#question:not([data-judged])").wait_for()
    return page.locator("#question:not(:has(#dont-know)) #turn, #dont-know")


def _wait_for_question(page: Page) -> None:
    """Come to a question that waits for an answer, past what is to be read first."""
    known = page.locator(".to-read [value=known]")
    page.locator("#dont-know, #turn").or_(known).first.wait_for()
    while known.count():
        with page.expect_navigation():
            known.click()
        page.locator("#dont-know, #turn").or_(known).first.wait_for()


def _press(place: Locator) -> None:
    """Press what is there, as soon as a person would."""
    place.wait_for()
    place.page.wait_for_timeout(SEEN_MS)
    place.tap()


def _phone(browser: Browser, url: str, state: str) -> Phone:
    """A page on a slow phone, with nothing cached."""
    context = browser.new_context(
        base_url=url,
        viewport={"width": 360, "height": 740},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=2,
        storage_state=state,
    )
    page = context.new_page()
    page.add_init_script(OBSERVE)
    phone = Phone(page, context.new_cdp_session(page))
    _throttle(phone)
    return phone


def _throttle(phone: Phone) -> None:
    """Slow the page down, and note the bytes of each of its responses."""
    session = phone.session
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **SLOW_4G})
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    session.on("Network.loadingFinished", lambda event: phone.received.append(event["encodedDataLength"]))
