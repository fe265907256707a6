"""What a student on a slow phone feels: Chromium at a quarter of the processor and on slow 4G, by the browser's clock.

LCP is when the largest part of a page is shown, CLS how much of it moved, INP the longest from a press to what it
changes. The numbers are of a first visit, with nothing cached. BENCH_URL names a service
that runs; else one is started.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.benchmarks.results import FULL
from tests.benchmarks.table import Row
from tests.browser.conftest import chromium
from tests.faults.service import service_at

PAGES = ("/", "/today/", "/review/", "/lessons/regularization/", "/progress/", "/concepts/")
SLOW_4G = {"latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
CPU_SLOWDOWN = 4
RUNS = 3 if FULL else 2
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

TIME_VERDICT = """() => {
    let began = 0;
    document.addEventListener("click", event => { began ||= event.timeStamp }, {capture: true, once: true});
    window.verdict = new Promise(done => new MutationObserver((_, watcher) => {
        if (!document.querySelector("[data-device], [data-back], [data-feedback]")) return;
        watcher.disconnect();
        // The frame after the one that is being made shows it.
        requestAnimationFrame(() => requestAnimationFrame(now => done(now - began)));
    }).observe(document.querySelector("#review"), {childList: true, subtree: true}));
}"""


@dataclass(frozen=True)
class Visit:
    """A page as it was felt: seconds, the share of the window that moved, and kilobytes over the wire."""

    lcp: float
    cls: float
    kilobytes: float


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
            made.append(Row(f"LCP {path}", best.lcp, note=f"CLS {shift:.3f}, {best.kilobytes:.0f} kB", at_most=2.5))
        inp = min(_presses(browser, url, state) for _ in range(RUNS))
        made.append(Row("INP /review/, choosing, checking and going on", inp, at_most=0.2))
        for words, offline in (("with a network", False), ("without one", True)):
            verdict = min(_check_to_verdict(browser, url, state, offline=offline) for _ in range(RUNS))
            made.append(Row(f"check to verdict {words}", verdict, at_most=0.1))
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
    page, total = _phone(browser, url, state)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    felt = page.evaluate("felt")
    page.context.close()
    return Visit(felt["lcp"] / 1000, felt["cls"], sum(total) / 1000)


def _presses(browser: Browser, url: str, state: str) -> float:
    """The longest that a press in the review takes until its effect is painted, in seconds."""
    page, _ = _phone(browser, url, state)
    page.goto("/review/")
    for _ in range(3):
        _wait_for_question(page)
        if page.locator(".choices input").count():
            _press(page.locator(".choices .option").first)
        if page.locator("#dont-know").count():
            _press(page.locator("#dont-know"))
            _press(page.locator("#next"))
        else:
            _press(page.locator("#turn"))
            _press(page.locator(".ratings button").first)
    longest: float = page.evaluate("felt.inp")
    page.context.close()
    return longest / 1000


def _check_to_verdict(browser: Browser, url: str, state: str, *, offline: bool) -> float:
    """The time from a press to the frame in which the browser's own verdict is painted, in seconds."""
    page, _ = _phone(browser, url, state)
    with page.expect_response("**/review/forms/**"):
        page.goto("/review/")
    _wait_for_question(page)
    page.wait_for_timeout(SEEN_MS)
    page.context.set_offline(offline)
    page.evaluate(TIME_VERDICT)
    page.locator("#dont-know, #turn").first.tap()
    passed: float = page.evaluate("verdict")
    page.context.close()
    return passed / 1000


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


def _phone(browser: Browser, url: str, state: str) -> tuple[Page, list[float]]:
    """A page on a slow phone, with nothing cached, and the bytes of its responses."""
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
    return page, _throttle(page)


def _throttle(page: Page) -> list[float]:
    """Slow the page down. Returns a list to which the bytes of each of its responses are added."""
    session, total = page.context.new_cdp_session(page), []
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **SLOW_4G})
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    session.on("Network.loadingFinished", lambda event: total.append(event["encodedDataLength"]))
    return total
