"""A real browser: headless Chromium, driven by Playwright, on a live server."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

COMMANDS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

PATIENCE = 120_000
"""Milliseconds that a page is waited for: as long as the busiest machine takes, since what never comes fails all the
same."""
expect.set_options(timeout=PATIENCE)

# Nothing moves that need not: each frame of a movement is drawn by the processor. What a worker fetches no route of
# a test would see: those of the worker (test_flight.py) have contexts of their own.
STILL: dict[str, Any] = {"reduced_motion": "reduce", "service_workers": "block"}
KEPT: dict[str, dict[str, Any]] = {
    "desk": {**STILL, "viewport": {"width": 1100, "height": 800}},
    "phone": {**STILL, "viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True},
    "plain": {**STILL, "java_script_enabled": False},
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here that drives a page is a browser test."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


def chromium(playwright: Playwright) -> str | None:
    """The program: $CHROMIUM, the machine's, or the one that Playwright installed."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    for command in COMMANDS:
        program = shutil.which(command)
        # On some systems the command is but a stub that asks for another installation.
        if program and subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0:
            return program
    installed = playwright.chromium.executable_path
    return installed if Path(installed).exists() else None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, one for all tests; they skip where there is none."""
    # Playwright's synchronous API runs an event loop in this thread, in which Django would refuse the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        program = chromium(playwright)
        if program is None:
            pytest.skip("no Chromium on this machine")
        root = os.geteuid() == 0
        arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if root else [])]
        launched = playwright.chromium.launch(executable_path=program, args=arguments)
        yield launched
        launched.close()


@contextmanager
def open_context(browser: Browser, live_server: LiveServer, options: dict[str, Any]) -> Iterator[BrowserContext]:
    """What a browser keeps of its own, cookies, storage and files; its relative URLs lead to the live server."""
    context = browser.new_context(base_url=live_server.url, **options)
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture(scope="session")
def kept_contexts(browser: Browser, live_server: LiveServer) -> Iterator[Callable[[str], BrowserContext]]:
    """The contexts of KEPT, which one test after the other has: what they keep from one to the next is static files.

    Routes, scripts and sizes of a page end with it. What is told to a context itself would stay, as a clock that is set
    (which Playwright tells it even where a page is asked): tests that do so have one of their own.
    """
    with ExitStack() as opened:
        yield cache(lambda name: opened.enter_context(open_context(browser, live_server, KEPT[name])))


@contextmanager
def fresh_page(context: BrowserContext, live_server: LiveServer) -> Iterator[Page]:
    """A page of a context that keeps nothing but static files; at its end all pages of the context are closed."""
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Storage.clearDataForOrigin", {"origin": live_server.url, "storageTypes": "all"})
    devtools.detach()
    context.clear_cookies()
    yield page
    context.set_offline(True)  # what pages send as they are closed would come when the next test has begun
    for each in context.pages:
        each.close()
    context.set_offline(False)


@pytest.fixture
def page(kept_contexts: Callable[[str], BrowserContext], live_server: LiveServer) -> Iterator[Page]:
    """A fresh page whose relative URLs lead to the live server; an error in its scripts fails the test."""
    errors: list[str] = []
    with fresh_page(kept_contexts("desk"), live_server) as page:
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        seen = [*errors]  # without those of scripts that are still loading when the network goes
    assert not seen, seen


@pytest.fixture
def phone(kept_contexts: Callable[[str], BrowserContext], live_server: LiveServer) -> Iterator[Page]:
    """A page on a phone, driven by touch."""
    with fresh_page(kept_contexts("phone"), live_server) as page:
        yield page


@pytest.fixture
def own_phone(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A page on a phone whose clock the test sets."""
    with open_context(browser, live_server, KEPT["phone"]) as context:
        yield context.new_page()


@pytest.fixture
def plain_page(kept_contexts: Callable[[str], BrowserContext], live_server: LiveServer) -> Iterator[Page]:
    """A page that runs no scripts."""
    with fresh_page(kept_contexts("plain"), live_server) as page:
        yield page
