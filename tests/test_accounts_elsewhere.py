"""Logging in by an OpenID provider that the environment names: whose account it is, and whose it is not."""

from __future__ import annotations

import json
import time
from functools import partialmethod
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from examprep import personal_data
from examprep.models import User
from examprep.sign_in.configuring import read_providers

pytestmark = pytest.mark.any_database

PROVIDERS = """[{"id": "uni", "name": "University", "client_id": "examprep", "secret": "x",
                 "server_url": "https://login.uni.example"}]"""
CONFIGURATION = {
    "issuer": "https://login.uni.example",
    "authorization_endpoint": "https://login.uni.example/authorize",
    "token_endpoint": "https://login.uni.example/token",
    "userinfo_endpoint": "https://login.uni.example/userinfo",
    "jwks_uri": "https://login.uni.example/keys",
}


class Provider:
    """The provider's side of a login: who it says somebody is."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {"sub": "7"}

    def answer(self, request: requests.PreparedRequest) -> requests.Response:
        path = urlsplit(request.url or "").path
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = 200, request, str(request.url)
        answer.headers["Content-Type"] = "application/json"
        token = {"iss": CONFIGURATION["issuer"], "aud": "examprep", "exp": time.time() + 60, "iat": time.time()}
        id_token = jwt.encode({**token, **self.claims}, "k" * 32, "HS256")
        answers: dict[str, Any] = {
            "/.well-known/openid-configuration": CONFIGURATION,
            "/token": {"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": id_token},
            "/userinfo": self.claims,
        }
        answer._content = json.dumps(answers[path]).encode()
        return answer


def _send(session: requests.Session, uni: Provider, request: requests.PreparedRequest, **_: Any) -> requests.Response:
    return uni.answer(request)


@pytest.fixture
def provider(db: None, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Provider:
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": read_providers(PROVIDERS)}}
    uni = Provider()
    monkeypatch.setattr(requests.Session, "send", partialmethod(_send, uni))
    return uni


def come_from(provider: Provider, client: Client | None = None, process: str = "login", **claims: Any) -> Client:
    """Log in, or connect an account, as who has these claims."""
    provider.claims = {"sub": "7", **claims}
    client = client or Client()
    led = client.post(f"/accounts/oidc/uni/login/?process={process}")
    asked = parse_qs(urlsplit(led["Location"]).query)
    assert led["Location"].startswith(CONFIGURATION["authorization_endpoint"])
    assert asked["code_challenge_method"] == ["S256"]
    client.get("/accounts/oidc/uni/login/callback/", {"state": asked["state"][0], "code": "c"}, follow=True)
    return client


def who(client: Client) -> str | None:
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key).username if key else None


def test_the_login_names_the_providers_and_may_lead_to_them(provider: Provider) -> None:
    answer = Client().get("/accounts/login/")
    assert "Log in with University" in answer.content.decode()
    assert "form-action 'self' https://login.uni.example;" in f"{answer['Content-Security-Policy']};"
    assert "login.uni.example" not in Client().get("/")["Content-Security-Policy"]


def test_without_providers_nothing_is_offered(db: None) -> None:
    assert "Log in with a passkey" in (page := Client().get("/accounts/login/").content.decode())
    assert "oidc" not in page


def test_a_newcomer_gets_an_account_and_finds_it_again(provider: Provider) -> None:
    User.objects.create_user("Zoe")
    claims: dict[str, Any] = {"email": "zoe@uni.example", "email_verified": True, "preferred_username": "zoe"}
    client = come_from(provider, **claims)
    assert who(client) == "zoe-2"
    assert EmailAddress.objects.get(email="zoe@uni.example").verified
    assert who(come_from(provider, **claims)) == "zoe-2"
    assert "Set a password" in client.get("/account/").content.decode()


@pytest.mark.parametrize(
    ("theirs", "ours", "same"),
    [(True, True, True), (False, True, False), ("false", True, False), (None, True, False), (True, False, False)],
)
def test_accounts_are_matched_by_an_address_that_both_have_confirmed(
    provider: Provider, theirs: object, ours: bool, same: bool
) -> None:
    ada = User.objects.create_user("ada", "ada@example.org", "an-old-password")
    EmailAddress.objects.create(user=ada, email="ada@example.org", verified=ours, primary=True)

    name = who(come_from(provider, email="ada@example.org", email_verified=theirs))

    assert (name == "ada") == same
    ada.refresh_from_db()
    assert ada.has_usable_password()


def test_an_account_is_connected_and_disconnected(provider: Provider) -> None:
    ada = User.objects.create_user("ada", "ada@example.org", "an-old-password")
    client = Client()
    client.post("/accounts/login/", {"login": "ada", "password": "an-old-password"})
    come_from(provider, client, "connect", email="elsewhere@uni.example")
    assert "University" in client.get("/account/").content.decode()
    assert who(come_from(provider)) == "ada"
    account = SocialAccount.objects.get(user=ada)

    client.post("/accounts/3rdparty/", {"account": account.pk})

    assert not SocialAccount.objects.exists()
    assert "none connected" in client.get("/account/").content.decode()


def test_what_a_provider_told_goes_with_the_person(provider: Provider) -> None:
    come_from(provider, email="zoe@uni.example", name="Zoe Zimmer")
    personal_data.erase(User.objects.get(), timezone.now())
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("text", ["nonsense", "{}", '[{"id": "uni"}]', '["uni"]', PROVIDERS.replace("https", "ldap")])
def test_a_list_of_providers_that_cannot_be_read_stops_the_start(text: str) -> None:
    if text == "{}":
        assert read_providers(text) == []
        return
    with pytest.raises(SystemExit, match="OIDC_PROVIDERS"):
        read_providers(text)
