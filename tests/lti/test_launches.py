"""Who comes from a platform is let in as who the platform says, and nobody else is."""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone
from lti1p3platform.registration import Registration

from examprep import personal_data
from examprep.lti.models import LtiAccount, LtiContext, LtiPlatform
from examprep.models import User
from questions.models import Course, Membership
from quizzes.models import Enrolment
from tests.lti import platforms
from tests.lti.platforms import CLIENT, ISSUER, LEARNER, TEACHER, Lms, private_pem, public_pem

pytestmark = pytest.mark.any_database

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
EXAM = {"course": "tiny", "exam": "tiny-exam"}
Change = Callable[[dict[str, Any]], None]


def who(client: Client) -> str | None:
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key).username if key else None


def test_a_launch_leads_to_what_was_placed_and_makes_a_student(lms: Lms) -> None:
    client = Client()
    answer = lms.come(client, custom=EXAM)
    assert answer["Location"] == "/courses/tiny/exams/tiny-exam/"
    assert client.get("/exams/tiny-exam/").status_code == 200
    ada = User.objects.get()
    assert (ada.first_name, ada.email, ada.has_usable_password()) == ("", "", False), (
        "an address that nobody vouches for"
    )
    assert Enrolment.objects.get().student == ada
    assert LtiContext.objects.get().title == "Machine learning"

    assert lms.come(client, custom={"course": "tiny", "lesson": "decay"})["Location"] == "/courses/tiny/lessons/decay/"
    assert lms.come(Client(), custom={})["Location"] == "/today/"
    assert User.objects.count() == 1


def test_a_teacher_is_no_student(lms: Lms) -> None:
    assert lms.come(Client(), role=TEACHER, custom=EXAM).status_code == 302
    assert not Enrolment.objects.exists()
    assert not User.objects.get().is_staff


ASSISTANT = "http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant"
RUNS_IT = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"


@pytest.mark.parametrize(
    ("given", "chosen", "role", "has"),
    [
        ("author", True, TEACHER, "author"),
        ("author", True, ASSISTANT, "assistant"),
        ("observer", True, TEACHER, "observer"),
        ("author", True, RUNS_IT, None),
        ("author", True, LEARNER, None),
        ("author", False, TEACHER, None),
        ("", True, TEACHER, None),
    ],
)
def test_teachers_have_the_role_that_the_platform_may_give(
    lms: Lms, course: Course, given: str, chosen: bool, role: str, has: str | None
) -> None:
    platform = LtiPlatform.objects.get()
    LtiPlatform.objects.update(teachers_role=given)
    platform.courses.set([course] if chosen else [])
    lms.come(Client(), role=role, custom=EXAM)
    person = User.objects.get()
    assert dict(person.memberships.values_list("course__slug", "role")) == ({"tiny": has} if has else {})
    assert person.is_staff == bool(has)
    Membership.objects.update(role="observer")
    lms.come(Client(), role=role, custom=EXAM)  # what its owners have changed stays so
    assert set(person.memberships.values_list("role", flat=True)) <= {"observer"}


@pytest.mark.parametrize(
    "custom", [{"course": "other"}, {"course": "tiny", "exam": "none"}, {"course": "tiny", "lesson": "none"}]
)
def test_what_is_not_there_is_not_launched(lms: Lms, custom: dict[str, str]) -> None:
    answer = lms.come(Client(), custom=custom)
    assert (answer.status_code, "A teacher can place it again" in answer.content.decode()) == (403, True)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("trusted", "confirmed", "staff", "same"),
    [(True, True, False, True), (False, True, False, False), (True, False, False, False), (True, True, True, False)],
)
def test_accounts_are_matched_by_addresses_only_where_the_platform_is_trusted(
    lms: Lms, trusted: bool, confirmed: bool, staff: bool, same: bool
) -> None:
    LtiPlatform.objects.update(trusts_email=trusted)
    bob = User.objects.create_user("bob", "ada@lms.example", is_staff=staff)
    EmailAddress.objects.create(user=bob, email="ada@lms.example", verified=confirmed, primary=True)
    client = Client()
    lms.come(client, custom=EXAM)
    assert (who(client) == "bob") == same


def test_a_launch_meant_for_another_browser_lets_nobody_in(lms: Lms) -> None:
    form = lms.launch(Client(), custom=EXAM)
    victim = Client()
    answer = victim.post("/lti/launch/", form)
    assert (answer.status_code, who(victim)) == (403, None)
    assert "did not keep" in answer.content.decode()


def test_a_launch_is_taken_once(lms: Lms) -> None:
    client = Client()
    form = lms.launch(client, custom=EXAM)
    assert client.post("/lti/launch/", form).status_code == 302
    client.session.flush()
    assert client.post("/lti/launch/", form).status_code == 403


def test_a_launch_is_taken_soon(lms: Lms) -> None:
    client = Client()
    form = lms.launch(client, custom=EXAM)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert client.post("/lti/launch/", form).status_code == 403


def test_a_launch_without_a_login_or_with_a_forged_state_is_refused(lms: Lms) -> None:
    client = Client()
    form = lms.launch(client, custom=EXAM)
    for state in ("", "forged", f"{form['state']}x"):
        assert client.post("/lti/launch/", {**form, "state": state}).status_code == 403
    assert client.post("/lti/launch/", {**form, "id_token": "nonsense"}).status_code == 403
    assert client.post("/lti/launch/", {}).status_code == 403
    assert who(client) is None


def _set(name: str, value: object) -> Change:
    return lambda claims: claims.update({name: value})


HOSTILE: dict[str, Change] = {
    "wrong nonce": _set("nonce", "another"),
    "no nonce": lambda claims: claims.pop("nonce"),
    "wrong audience": _set("aud", "another-tool"),
    "several audiences, for another": lambda claims: claims.update(aud=[CLIENT, "another"], azp="another"),
    "several audiences, for nobody": lambda claims: claims.update(aud=[CLIENT, "another"], azp=None),
    "foreign issuer": _set("iss", "https://evil.example"),
    "expired": lambda claims: claims.update(exp=int(time.time()) - 120),
    "never expires": lambda claims: claims.pop("exp"),
    "from before": lambda claims: claims.update(iat=int(time.time()) - 3600),
    "unknown deployment": _set(f"{CLAIM}deployment_id", "8"),
    "no deployment": lambda claims: claims.pop(f"{CLAIM}deployment_id"),
    "nobody": lambda claims: claims.pop("sub"),
    "another version": _set(f"{CLAIM}version", "1.1"),
    "another message": _set(f"{CLAIM}message_type", "LtiSubmissionReviewRequest"),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_a_token_that_says_anything_else_is_refused(lms: Lms, change: Change) -> None:
    client = Client()
    form = lms.launch(client, custom=EXAM)
    claims = jwt.decode(form["id_token"], options={"verify_signature": False})
    change(claims)
    form["id_token"] = jwt.encode(claims, private_pem("lms"), "RS256", {"kid": _kid()})
    assert client.post("/lti/launch/", form).status_code == 403
    assert who(client) is None


def _kid() -> str:
    kid: str = Registration.get_jwk(public_pem("lms"))["kid"]
    return kid


def _hs256(claims: dict[str, Any]) -> str:
    """The confusion of old libraries: the public key, which anybody has, as a shared secret."""
    header, body = ({"alg": "HS256", "kid": _kid(), "typ": "JWT"}, claims)
    signed = ".".join(_base64(json.dumps(part).encode()) for part in (header, body))
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    return f"{signed}.{_base64(algorithm.sign(signed.encode(), public_pem('lms').encode()))}"


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


FORGED: dict[str, Callable[[dict[str, Any]], str]] = {
    "alg none": lambda claims: jwt.encode(claims, "", "none", {"kid": _kid()}),
    "HS256 with the public key": _hs256,
    "another's key by a known name": lambda claims: jwt.encode(claims, private_pem("eve"), "RS256", {"kid": _kid()}),
    "an unknown key": lambda claims: jwt.encode(claims, private_pem("eve"), "RS256", {"kid": "eve"}),
    "no key": lambda claims: jwt.encode(claims, private_pem("eve"), "RS256"),
    "its own key in its header": lambda claims: jwt.encode(
        claims, private_pem("eve"), "RS256", {"kid": _kid(), "jwk": Registration.get_jwk(public_pem("eve"))}
    ),
    "RS512": lambda claims: jwt.encode(claims, private_pem("lms"), "RS512", {"kid": _kid()}),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_token_that_is_signed_in_any_other_way_is_refused(lms: Lms, forge: Callable[[dict[str, Any]], str]) -> None:
    client = Client()
    form = lms.launch(client, custom=EXAM)
    form["id_token"] = forge(jwt.decode(form["id_token"], options={"verify_signature": False}))
    assert client.post("/lti/launch/", form).status_code == 403
    assert who(client) is None


def test_the_token_as_it_is_sent_lets_in_where_nothing_is_changed(lms: Lms) -> None:
    client = Client()
    form = lms.launch(client, custom=EXAM)
    claims = jwt.decode(form["id_token"], options={"verify_signature": False})
    form["id_token"] = jwt.encode(claims, private_pem("lms"), "RS256", {"kid": _kid()})
    assert client.post("/lti/launch/", form).status_code == 302


@pytest.mark.parametrize("asked", [{}, {"iss": "https://evil.example", "login_hint": "1"}, {"iss": ISSUER}])
def test_only_platforms_that_are_registered_begin_a_login(lms: Lms, asked: dict[str, str]) -> None:
    assert Client().get("/lti/login/", asked).status_code == 403
    assert Client().post("/lti/login/", asked).status_code == 403


def test_a_platform_that_is_switched_off_lets_nobody_in(lms: Lms) -> None:
    form = lms.launch(client := Client(), custom=EXAM)
    LtiPlatform.objects.update(is_active=False)
    assert client.post("/lti/launch/", form).status_code == 403
    assert lms.ask_login(Client()).status_code == 403


def test_in_a_frame_a_window_is_opened_before_anything_is_asked(lms: Lms) -> None:
    answer = lms.ask_login(Client(), dest="iframe")
    page = answer.content.decode()
    assert (answer.status_code, answer.cookies, "X-Frame-Options" in answer) == (200, {}, False)
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert 'target="_blank"' in page
    assert "login_hint=hint-of-ada" in page
    cookie = next(iter(lms.ask_login(Client()).cookies.values()))
    assert (cookie["samesite"], cookie["secure"], cookie["httponly"]) == ("None", True, True)


def test_what_is_known_of_somebody_goes_with_them(lms: Lms) -> None:
    lms.come(Client(), custom=EXAM)
    personal_data.erase(User.objects.get(), timezone.now())
    assert not LtiAccount.objects.exists()


def test_the_mock_of_another_hand_launches_too(course: object, lms: Lms, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the package `lti-provider-mock`, whose settings come from the environment as it is imported."""
    names = {
        "iss": "https://mock.example",
        "login_url": f"{platforms.TOOL}login/",
        "launch_url": f"{platforms.TOOL}launch/",
    }
    for name, value in names.items():
        monkeypatch.setitem(os.environ, f"LTI_PROVIDER_MOCK__LTI__{name.upper()}", value)
    from lti_provider_mock import server, settings

    settings.settings.courses = [settings.Course(id="ml", name="Machine learning")]
    user = {"id": "grace", "given_name": "Grace", "family_name": "Hopper", "email": "grace@mock.example"}
    sign: Callable[[object], str] = server.cookie_serializer.dumps
    LtiPlatform.objects.create(
        name="Mock",
        issuer="https://mock.example",
        client_id="lti-provider-mock",
        deployments="1",
        login_url="https://mock.example/authorize",
        token_url="https://mock.example/token",
        keys_url="https://mock.example/keys",
    )
    monkeypatch.setattr(lms.configuration, "get_jwks", server.certificates)
    client = Client()
    begun = client.post(
        "/lti/login/", {"iss": "https://mock.example", "login_hint": "h", "client_id": "lti-provider-mock"}
    )
    asked = dict(parse_qsl(urlsplit(begun["Location"]).query))

    page = server.lti_authorize(
        *(asked[name] for name in ("state", "nonce", "login_hint")),
        HttpRequest(),
        None,
        lti_provider_mock_user=sign(user),
        lti_provider_mock_course=sign("ml"),
        lti_provider_mock_login_hint=sign("h"),
    ).body.decode()
    token = page.partition('name="id_token" value="')[2].partition('"')[0]

    assert client.post("/lti/launch/", {"id_token": token, "state": asked["state"]})["Location"] == "/today/"
    assert User.objects.get().last_name == "Hopper"
