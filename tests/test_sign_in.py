"""More than a password: codes of an app, codes on paper, and what staff have to have."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import re
import struct
import time
import zipfile
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from examprep import personal_data, usernames
from examprep.models import User, validate_username
from tests.test_logins import security_lines

pytestmark = pytest.mark.any_database

PASSWORD = "an-old-password"


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada", "ada@example.org", PASSWORD)


@pytest.fixture
def ina(db: None) -> User:
    return User.objects.create_user("ina", password=PASSWORD, is_staff=True)


def code_of(secret: str, at: float | None = None) -> str:
    """What an app shows, by RFC 6238."""
    counter = struct.pack(">Q", int(time.time() if at is None else at) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def log_in(name: str, next_page: str = "/today/") -> tuple[Client, str]:
    client = Client()
    return client, post(client, "/accounts/login/", login=name, password=PASSWORD, next=next_page)


def post(client: Client, address: str, **form: str) -> str:
    """Where a form leads; nowhere if it is shown again."""
    return str(client.post(address, form).get("Location", ""))


def set_up_app(client: Client) -> str:
    """Set up an authenticator app; its secret."""
    with time_machine.travel(
        timezone.now(), tick=False
    ):  # a code is good for half a minute, however busy the machine is
        page = client.get("/accounts/2fa/totp/activate/").content.decode()
        (secret,) = re.findall(r'class="secret">(\w+)<', page)
        assert post(client, "/accounts/2fa/totp/activate/", code=code_of(secret)) == "/accounts/2fa/recovery-codes/"
    return str(secret)


def wrong_code(secret: str, by: int = 1) -> str:
    return f"{(int(code_of(secret)) + by) % 10**6:06}"


def test_codes_of_an_app_are_asked_for_after_the_password(
    ada: User,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with time_machine.travel("2026-03-02 10:00Z", tick=False) as clock:
        with django_capture_on_commit_callbacks(execute=True):
            secret = set_up_app(log_in("ada")[0])
        clock.shift(60)
        client, led = log_in("ada", "/exams/")
        assert led == "/accounts/2fa/authenticate/"
        assert client.get("/today/")["Location"].startswith("/accounts/login/")
        assert "Second step" in client.get(led).content.decode()
        assert post(client, led, code=wrong_code(secret)) == ""
        right = code_of(secret)
        assert post(client, led, code=right) == "/exams/"
        thief, led = log_in("ada")
        assert post(thief, led, code=right) == "", "a code is good once"

    events = [event for event, facts in security_lines(caplog) if facts["account"] == "ada"]
    assert events == ["factor_added", "factor_added", "factor_failed", "factor_failed"]


def test_codes_cannot_be_guessed_by_trying(ada: User) -> None:
    with time_machine.travel("2026-03-02 10:00Z", tick=False) as clock:
        secret = set_up_app(log_in("ada")[0])
        clock.shift(60)
        client, led = log_in("ada")
        for guess in range(1, 6):
            post(client, led, code=wrong_code(secret, guess))
        assert post(client, led, code=code_of(secret)) == ""
        clock.shift(90)
        assert post(client, led, code=code_of(secret)) != ""


def test_a_recovery_code_lets_in_once(ada: User) -> None:
    with time_machine.travel("2026-03-02 10:00Z", tick=False) as clock:
        browser, _ = log_in("ada")
        set_up_app(browser)
        (code, *others) = re.findall(r"<li>(\d+)</li>", browser.get("/accounts/2fa/recovery-codes/").content.decode())
        clock.shift(60)
        client, led = log_in("ada")
        assert post(client, led, code=code) == "/today/"
        assert f"{len(others)} left" in client.get("/account/").content.decode()
        again, led = log_in("ada")
        assert post(again, led, code=code) == ""


def test_apps_take_the_second_step_too(ada: User) -> None:
    with time_machine.travel("2026-03-02 10:00Z", tick=False) as clock:
        secret = set_up_app(log_in("ada")[0])
        clock.shift(60)
        app = "/_allauth/app/v1/auth/"
        sent: Any = {"username": "ada", "password": PASSWORD}
        answer = Client().post(f"{app}login", json.dumps(sent), content_type="application/json").json()
        assert answer["data"]["flows"][-1]["id"] == "mfa_authenticate"
        token = {"X-Session-Token": answer["meta"]["session_token"]}
        body = json.dumps({"code": code_of(secret)})
        answer = Client().post(f"{app}2fa/authenticate", body, content_type="application/json", headers=token)
        assert answer.status_code == 200
        token = {"X-Session-Token": answer.json()["meta"].get("session_token", token["X-Session-Token"])}
        assert Client().get("/api/v1/me/", headers=token).status_code == 200


def test_what_was_set_up_can_be_undone(ada: User) -> None:
    client, _ = log_in("ada")
    set_up_app(client)
    assert "Stop using it" in client.get("/account/").content.decode()
    assert post(client, "/accounts/2fa/totp/deactivate/") == "/accounts/2fa/"
    assert client.get("/accounts/2fa/")["Location"] == "/account/"
    assert not Authenticator.objects.exists()


def test_whoever_finds_a_browser_open_is_asked_for_the_password(ada: User) -> None:
    with time_machine.travel("2026-03-02 10:00Z", tick=False) as clock:
        client, _ = log_in("ada")
        clock.shift(301)
        led = str(client.get("/accounts/2fa/totp/activate/")["Location"])
        assert led.startswith("/accounts/reauthenticate/")
        assert "Is it you?" in client.get(led).content.decode()
        assert post(client, led, password="guess") == ""
        assert post(client, led, password=PASSWORD) == "/accounts/2fa/totp/activate/"


@pytest.mark.parametrize("address", ["/today/", "/admin/", "/admin/questions/item/", "/account/", "/settings/"])
def test_staff_who_need_a_second_factor_come_to_set_it_up(ina: User, settings: LazySettings, address: str) -> None:
    settings.STAFF_SECOND_FACTOR = True
    client, _ = log_in("ina", address)
    assert client.get(address)["Location"] == "/account/second-factor/"
    assert client.post(address)["Location"] == "/account/second-factor/"
    page = client.get("/account/second-factor/").content.decode()
    assert "needs a second factor" in page
    assert client.get("/api/v1/me/").status_code == 403

    set_up_app(client)

    assert client.get("/account/second-factor/")["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert client.get("/admin/").status_code == 200
    assert client.get("/api/v1/me/").status_code == 200


def test_staff_keep_the_factor_that_they_need(ina: User, settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    client, _ = log_in("ina")
    set_up_app(client)
    assert post(client, "/accounts/2fa/totp/deactivate/") == ""
    assert Authenticator.objects.filter(type="totp").exists()


def test_an_app_of_staff_is_refused_until_the_second_factor_is_there(ina: User, settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    body = json.dumps({"username": "ina", "password": PASSWORD})
    answer = Client().post("/_allauth/app/v1/auth/login", body, content_type="application/json").json()
    token = {"X-Session-Token": answer["meta"]["session_token"]}
    assert Client().get("/_allauth/app/v1/auth/session", headers=token).status_code == 200
    refused = Client().get("/api/v1/me/", headers=token)
    assert (refused.status_code, "second factor" in refused.json()["detail"]) == (403, True)


def test_students_need_no_second_factor(ada: User, settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    client, _ = log_in("ada")
    assert client.get("/account/").status_code == 200


def test_who_has_lost_the_phone_is_helped_by_a_superuser(ina: User, caplog: pytest.LogCaptureFixture) -> None:
    set_up_app(log_in("ina")[0])
    root = Client()
    root.force_login(User.objects.create_superuser("root"))
    root.post("/admin/examprep/user/", {"action": "forget_second_factor", "_selected_action": [str(ina.pk)]})
    assert log_in("ina")[1] == "/today/"
    assert ("second_factor_reset", "root") in [(event, facts.get("by")) for event, facts in security_lines(caplog)]
    assert root.get("/admin/mfa/authenticator/").status_code == 404


def test_secrets_are_in_no_export_and_go_with_the_person(ada: User) -> None:
    client, _ = log_in("ada")
    secret = set_up_app(client)
    answer: Any = client.get("/account/export/")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        account = archive.read("account.json").decode()
    assert [way["kind"] for way in json.loads(account)["second_factors_and_passkeys"]] == ["totp", "recovery_codes"]
    seed = Authenticator.objects.get(type="recovery_codes").data["seed"]
    assert secret not in account
    assert seed not in account
    personal_data.erase(ada, timezone.now())
    assert not Authenticator.objects.exists()


def test_a_new_address_is_confirmed_where_mail_can_be_sent(db: None, settings: LazySettings) -> None:
    form = {"username": "bob", "email": "bob@example.org", "password1": "a-good-pass-phrase"}
    Client().post("/accounts/signup/", form)
    assert not mail.outbox
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"
    client = Client()
    assert client.post("/accounts/signup/", {**form, "username": "eve", "email": "eve@example.org"}).status_code == 302
    assert [message.to for message in mail.outbox] == [["eve@example.org"]]
    assert client.get("/account/").status_code == 200, "nobody has to wait for it"


def test_names_are_proposed_that_nobody_has(db: None) -> None:
    for taken in ("zoe", "z0e-2"):
        User.objects.create_user(taken)
    assert usernames.propose("Zoe", validate_username) == "Zoe-3"
    assert usernames.propose("...", validate_username) == "student"
