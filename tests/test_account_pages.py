"""The pages and emails of an account: signing up, a forgotten password, email addresses."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from examprep.models import User

pytestmark = pytest.mark.any_database

STOCK = ("Email Addresses", "Make Primary", "Change Password", "Bad Token", "Hello from", "placeholder=")
"""Words of allauth's own templates and forms."""


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada", "ada@example.org", "an-old-password")


def read(client: Client, address: str, form: dict[str, str] | None = None) -> str:
    answer = client.get(address) if form is None else client.post(address, form, follow=True)
    page = answer.content.decode()
    assert answer.status_code == 200, address
    assert [words for words in STOCK if words in page] == []
    return page


def test_a_forgotten_password_is_replaced_by_a_link(ada: User) -> None:
    visitor = Client()
    assert "Check your email" in read(visitor, "/accounts/password/reset/", {"email": "ada@example.org"})
    (message,) = mail.outbox
    assert message.subject.endswith("Reset your password")
    assert "Your username is ada." in message.body
    (address,) = re.findall(r"https?://[^/]+(/\S+)", str(message.body))

    page = visitor.get(address, follow=True)
    assert "Choose a new password" in page.content.decode()
    new = {"password1": "a-new-pass-phrase", "password2": "a-new-pass-phrase"}
    assert "Password changed" in read(visitor, page.redirect_chain[-1][0], new)

    assert Client().login(username="ada", password="a-new-pass-phrase")
    assert "This link does not work" in read(Client(), address)


def test_who_has_no_account_is_told_so_by_email(db: None) -> None:
    assert "Check your email" in read(Client(), "/accounts/password/reset/", {"email": "eve@example.org"})
    assert "There is no such account." in mail.outbox[0].body


def test_an_email_address_is_added_and_confirmed(db: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user("ada"))
    assert "You have not added an email address." in read(client, "/accounts/email/")

    page = read(client, "/accounts/email/", {"action_add": "", "email": "ada@example.com"})
    assert "We have sent a link to ada@example.com." in page
    assert "not confirmed" in page
    (address,) = re.findall(r"https?://[^/]+(/\S+)", str(mail.outbox[0].body))
    assert "Is <strong>ada@example.com</strong> the email address of your account, ada?" in read(client, address)
    assert "You have confirmed ada@example.com." in read(client, address, {})
    assert "This link does not work" in read(client, "/accounts/confirm-email/nonsense/")


def test_a_password_is_changed(ada: User) -> None:
    client = Client()
    client.force_login(ada)
    assert "Current password" in read(client, "/accounts/password/change/")
    sent = {"oldpassword": "an-old-password", "password1": "a-new-pass-phrase", "password2": "a-new-pass-phrase"}
    assert "Your password has been changed." in read(client, "/accounts/password/change/", sent)


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"])
def test_who_comes_without_an_account_reads_our_words(db: None, address: str) -> None:
    read(Client(), address)


def test_a_sign_up_does_not_tell_who_is_registered_nor_keeps_an_address_from_its_owner(ada: User) -> None:
    assert ada.email == "ada@example.org"
    for name, email in (("eve", "ada@example.org"), ("grace", "grace@example.org"), ("grace2", "grace@example.org")):
        form = {"username": name, "email": email, "password1": "a-new-pass-phrase"}
        answer = Client().post("/accounts/signup/", form)
        assert answer.status_code == 302, answer.content.decode()
        assert User.objects.get(username=name).email == email

    client = Client()
    client.post("/accounts/login/", {"login": "ada@example.org", "password": "an-old-password"})
    assert client.session["_auth_user_id"] == str(ada.pk)
