"""A real browser: headless Chromium, driven by Playwright, on a live server."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

COMMANDS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

PATIENCE = 120_000
"""Milliseconds that a page is waited for: as long as the busiest machine takes, since what never comes fails all the
same."""
expect.set_options(timeout=PATIENCE)


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


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A fresh page whose relative URLs lead to the live server; an error in its scripts fails the test.

    Here and in other pages nothing moves that need not: each frame of a movement is drawn by the processor.
    """
    # What a worker fetches no route of a test would see: those of the worker (test_flight.py) have pages of their own.
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 1100, "height": 800},
        service_workers="block",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()  # before the live server's database is emptied
    assert not errors, errors


@pytest.fixture
def phone(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A page on a phone, driven by touch."""
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 360, "height": 740},
        has_touch=True,
        is_mobile=True,
        service_workers="block",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()
