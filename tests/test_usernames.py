"""Nobody's name looks like somebody else's, and a name is one however it is typed."""

from __future__ import annotations

import importlib
import json

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client

from examprep.models import User
from examprep.usernames import shape_of

PASS = "a-new-pass-phrase"


@pytest.fixture(autouse=True)
def _people(db: None) -> None:
    for name in ("ada", "Zoë", "paul1", "Мария"):
        User.objects.create_user(name, password=PASS)


def sign_up(name: str) -> bool:
    """Whether the name was free."""
    Client().post("/accounts/signup/", {"username": name, "password1": PASS})
    return User.objects.filter(username=name).exists()


@pytest.mark.parametrize(
    "name",
    [
        "аda",
        "αda",
        "ａｄａ",
        "ADA",
        "ad\u0430",
        "zoë",
        "ZOË",
        "ZOE\u0308",
        "paull",
        "PaulI",
        "pаulі",
        "МАРИЯ",
        ".",
        "..",
    ],
)
def test_a_name_that_looks_like_another_is_refused(name: str) -> None:
    assert not (sign_up(name) and name not in {"ada", "Zoë"})
    body = json.dumps({"username": name, "password": PASS})
    answer = Client().post("/_allauth/app/v1/auth/signup", body, content_type="application/json")
    assert answer.status_code == 400
    with pytest.raises(ValidationError):
        User(username=name, password="x").full_clean()


@pytest.mark.parametrize("name", ["adam", "zoe", "paul2", "Мари", "adá", "a.d.a", "李雷"])
def test_other_names_are_free(name: str) -> None:
    assert sign_up(name)


def test_who_has_a_name_keeps_it() -> None:
    User.objects.get(username="ada").full_clean()


@pytest.mark.parametrize(
    ("stored", "typed"), [("Zoë", "ZOË"), ("Zoë", "zoe\u0308"), ("Мария", "МАРИЯ"), ("ada", "Ada")]
)
def test_capitals_do_not_matter_to_the_login(stored: str, typed: str) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": typed, "password": PASS})
    assert client.session["_auth_user_id"] == str(User.objects.get(username=stored).pk)


def test_a_look_alike_does_not_log_in() -> None:
    client = Client()
    client.post("/accounts/login/", {"login": "\u0430da", "password": PASS})
    assert "_auth_user_id" not in client.session


def test_look_alikes_of_before_are_kept_and_no_others_come() -> None:
    (constraint,) = User._meta.constraints
    editor = connection.schema_editor()
    with connection.cursor() as cursor:
        cursor.execute(str(constraint.remove_sql(User, editor)))
        User.objects.create_user("\u0430da", password=PASS)
        importlib.import_module("examprep.migrations.0004_one_name_a_shape").mark_look_alikes(apps, editor)
        connection.check_constraints()  # PostgreSQL changes no table that has references yet to be checked
        cursor.execute(str(constraint.create_sql(User, editor)))

    assert [user.username for user in User.objects.filter(looks_taken=True)] == ["\u0430da"]
    User.objects.get(username="\u0430da").save()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("\u03b1da", password=PASS)


@pytest.mark.parametrize("name", ["ada@example.org", "@ada", "somebody@example.org"])
def test_a_new_name_is_no_email_address(name: str) -> None:
    assert not sign_up(name)


def test_staff_give_nobody_the_address_of_another_as_a_name() -> None:
    User.objects.filter(username="ada").update(email="Ada@example.org")
    User(username="ina@example.org", password="x", email="ina@example.org").full_clean()
    with pytest.raises(ValidationError):
        User(username="ada@example.org", password="x").full_clean()


def test_names_of_before_get_their_shapes() -> None:
    User.objects.update(shape="", looks_taken=True)
    importlib.import_module("examprep.migrations.0003_user_shape").store_shapes(apps, connection.schema_editor())
    assert {user.username: user.shape for user in User.objects.all()}["paul1"] == shape_of("paul1") == "paull"
