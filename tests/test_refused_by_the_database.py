"""Check, then insert: when somebody stores the same between the two, nobody gets an error page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from examprep.accounts import Accounts
from examprep.models import User


def quicker(monkeypatch: pytest.MonkeyPatch, owner: type[Any], name: str, rival: Callable[[], object]) -> None:
    """Have somebody else be quicker: `rival` runs once, after the check and before the insert."""
    check = getattr(owner, name)
    waiting = [rival]

    def checked(*args: Any, **more: Any) -> Any:
        outcome = check(*args, **more)
        if waiting:
            waiting.pop()()
        return outcome

    monkeypatch.setattr(owner, name, checked)


@pytest.mark.parametrize("rival", ["ada", "аda"])
def test_a_sign_up_that_comes_second_is_told_that_the_name_is_taken(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, rival: str
) -> None:
    quicker(monkeypatch, Accounts, "clean_username", lambda: User.objects.create_user(rival, password="x"))
    answer = Client().post("/accounts/signup/", {"username": "ada", "password1": "lovelace-1815"})
    assert answer.status_code == 200
    assert "username" in answer.context["form"].errors
    assert User.objects.count() == 1


def test_an_app_that_signs_up_second_is_told_too(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    quicker(monkeypatch, Accounts, "clean_username", lambda: User.objects.create_user("ada", password="x"))
    sent = {"username": "ada", "password": "lovelace-1815"}
    answer = Client().post("/_allauth/app/v1/auth/signup", sent, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["param"] == "username"
