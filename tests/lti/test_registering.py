"""A platform that is given a link registers itself, and gets in once an administrator has looked at it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from examprep.lti import registering
from examprep.lti.models import LtiNonce, LtiPlatform
from examprep.models import User
from examprep.tasks import clear_sessions
from tests.forms import filled_in
from tests.lti.platforms import CONFIGURATION, SITE, TOOL_CONFIGURATION, Lms

pytestmark = pytest.mark.any_database
SENT = {"openid_configuration": f"{SITE}/configuration", "registration_token": "theirs"}
ADMIN = "/admin/examprep/ltiplatform/"


def link() -> str:
    return f"/lti/register/{registering.write_link()}/"


@pytest.fixture
def lms(lms: Lms) -> Lms:
    """A platform that nobody has registered."""
    LtiPlatform.objects.all().delete()
    return lms


def test_a_platform_registers_itself_and_is_let_in_once_it_is_confirmed(lms: Lms) -> None:
    root = Client()
    root.force_login(User.objects.create_superuser("root"))
    assert "Make a registration link" in root.get(ADMIN).content.decode()
    shown = root.post(f"{ADMIN}link/").content.decode()
    address = re.search(r">http://testserver(/lti/register/[^<]+)<", shown)
    assert address
    at_platform = Client()
    page = at_platform.get(address[1], SENT)
    assert "lms.example" in page.content.decode()
    assert "frame-ancestors *" in page["Content-Security-Policy"]
    assert lms.asked == [], "somebody looks first"

    done = at_platform.post(address[1], SENT).content.decode()

    assert "One step is left" in done
    (token, _), (again, ours) = lms.asked
    assert token == again == "Bearer theirs"
    assert (ours["redirect_uris"], ours["jwks_uri"]) == (
        ["http://testserver/lti/launch/"],
        "http://testserver/lti/keys/",
    )
    assert "lti-ags/scope/score" in ours["scope"]
    resource, placing = ours[TOOL_CONFIGURATION]["messages"]
    assert (resource["type"], placing["type"]) == ("LtiResourceLinkRequest", "LtiDeepLinkingRequest")
    assert placing["target_link_uri"] == "http://testserver/lti/choose/"
    assert placing["placements"] == ["link_selection"], "platforms refuse those that they do not have"
    platform = LtiPlatform.objects.get()
    assert (platform.issuer, platform.client_id, platform.deployments) == (SITE, "new", "9")
    assert Client().get("/lti/keys/").json()["keys"]

    begin = {"iss": SITE, "login_hint": "h", "client_id": "new"}
    assert Client().get("/lti/login/", begin).status_code == 403, "nobody has looked at it"
    form = filled_in(root, f"{ADMIN}{platform.pk}/change/")
    assert root.post(f"{ADMIN}{platform.pk}/change/", {**form, "is_active": "on"}).status_code == 302
    assert Client().get("/lti/login/", begin)["Location"].startswith(f"{SITE}/authorize?")


def test_a_link_is_good_once_and_for_a_week(lms: Lms) -> None:
    page = link()
    lms.is_down = True
    assert "still good" in Client().post(page, SENT).content.decode()
    lms.is_down = False
    assert Client().post(page, SENT).status_code == 200
    LtiPlatform.objects.all().delete()
    for days in (0, 6, 8):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            clear_sessions()  # what was used is remembered as long as the link is good
            assert "used already, or is too old" in Client().post(page, SENT).content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        clear_sessions()
        assert not LtiNonce.objects.exists()
    assert "used already" in Client().post("/lti/register/1:forged/", SENT).content.decode()
    assert not LtiPlatform.objects.exists()


def _with(**said: object) -> Callable[[Lms], None]:
    return lambda lms: lms.configuration_document.update(said)


HOSTILE: dict[str, tuple[str, Callable[[Lms], None]]] = {
    "another issuer": ("issuer", _with(issuer="https://bank.example")),
    "issuer at a port": ("issuer", _with(issuer=f"{SITE}:8443")),
    "issuer without TLS": ("issuer", _with(issuer="http://lms.example")),
    "issuer that is none": ("issuer", _with(issuer=["https://lms.example"])),
    "keys in a file": ("jwks_uri", _with(jwks_uri="file:///etc/passwd")),
    "keys without TLS": ("jwks_uri", _with(jwks_uri="http://lms.example/keys")),
    "an address too long": ("configuration", _with(token_endpoint=f"{SITE}/{'x' * 500}")),
    "nowhere to register": ("registration_endpoint", _with(registration_endpoint=None)),
    "registers without TLS": ("registration_endpoint", _with(registration_endpoint="http://127.0.0.1:6379/")),
    "family that is none": ("configuration", _with(**{registering.PLATFORM: "lms"})),
    "no client": ("blank", lambda lms: lms.registered.pop("client_id")),
    "a client too long": ("configuration", lambda lms: lms.registered.update(client_id="x" * 256)),
    "no object": ("configuration", lambda lms: lms.registered.update({TOOL_CONFIGURATION: [1]})),
}


@pytest.mark.parametrize(("said", "change"), HOSTILE.values(), ids=HOSTILE)
def test_what_a_platform_says_is_not_taken_as_it_comes(lms: Lms, said: str, change: Callable[[Lms], None]) -> None:
    change(lms)
    answer = Client().post(link(), SENT)
    assert (answer.status_code, LtiPlatform.objects.count()) == (403, 0)
    assert said in answer.content.decode()


def test_other_keys_for_a_known_issuer_are_refused(lms: Lms) -> None:
    platform = lms.register()
    lms.configuration_document["jwks_uri"] = "https://eve.example/keys"
    assert "registered with other keys" in Client().post(link(), SENT).content.decode()
    lms.configuration_document = dict(CONFIGURATION)
    lms.registered["client_id"] = platform.client_id
    assert Client().post(link(), SENT).status_code == 403, "it would be the same registration"
    assert LtiPlatform.objects.get() == platform


def test_a_deployment_that_is_not_said_is_typed_before_it_is_switched_on(lms: Lms) -> None:
    lms.registered = {"client_id": "new"}
    assert "enter the deployment id" in Client().post(link(), SENT).content.decode()
    root = Client()
    root.force_login(User.objects.create_superuser("root"))
    page = f"{ADMIN}{LtiPlatform.objects.get().pk}/change/"
    form = {**filled_in(root, page), "is_active": "on"}
    assert root.post(page, form).status_code == 200
    assert root.post(page, {**form, "deployments": "3"}).status_code == 302
    assert LtiPlatform.objects.get().is_active


@pytest.mark.parametrize("url", ["", "ftp://lms.example/", "https://", "https://[", "http://lms.example/configuration"])
def test_only_a_platform_opens_a_link(lms: Lms, url: str) -> None:
    for answer in (
        Client().get(link(), {"openid_configuration": url}),
        Client().post(link(), {"openid_configuration": url}),
    ):
        assert (answer.status_code, lms.asked) == (403, [])
        assert "a link for learning platforms" in answer.content.decode()
