"""A passkey, by the virtual authenticator of Chromium: added, used to log in, removed."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from examprep.models import User
from tests.browser.pages import check
from tests.browser.test_session import log_in_by_hand


def test_a_passkey_is_added_logs_in_and_is_removed(page: Page, transactional_db: None) -> None:
    User.objects.create_user("ada", password="lovelace-1815")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    verified = {"isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, **verified}})

    log_in_by_hand(page)  # ways to log in are changed only by who has just given a password
    page.goto("/account/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("My phone")
    check(page, "adding a passkey")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    check(page, "recovery codes")
    page.get_by_role("link", name="I have saved them").click()
    expect(page.get_by_text("Passkey: My phone")).to_be_visible()
    check(page, "ways to log in")

    page.context.clear_cookies()
    page.goto("/accounts/login/?next=/account/")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("heading", name="Your account", exact=True)).to_be_visible()

    page.get_by_role("link", name="Remove passkey My phone").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", name="Your account", exact=True)).to_be_visible()
    expect(page.get_by_text("My phone")).to_have_count(0)
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("listitem").filter(has_text="not")).to_be_visible()
