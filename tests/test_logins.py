"""Every door has the same lock: logins that fail are counted, by account and by address, and logged."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.core.cache import cache
from django.forms import model_to_dict
from django.test import Client

from examprep import login_limits
from examprep.models import User
from examprep.roles import make_instructors_group
from questions import roles
from questions.models import Course

pytestmark = pytest.mark.any_database
RIGHT = "an-old-password"
Door = Callable[[str, str], Any]


@pytest.fixture(autouse=True)
def _no_failures_yet() -> None:
    cache.clear()


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada", "ada@example.org", RIGHT)


def page_login(name: str, password: str, address: str = "192.0.2.7") -> Any:
    form = {"login": name, "password": password}
    return Client().post("/accounts/login/", form, REMOTE_ADDR=address)


def app_login(name: str, password: str, address: str = "192.0.2.7") -> Any:
    body = json.dumps({"username": name, "password": password})
    return Client().post("/_allauth/app/v1/auth/login", body, content_type="application/json", REMOTE_ADDR=address)


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_admin_has_no_login_of_its_own(ada: User, method: str) -> None:
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    form = {"username": "ada", "password": RIGHT, "next": "/admin/questions/"}
    client = Client()

    answer = getattr(client, method)("/admin/login/?next=/admin/questions/", form)

    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=%2Fadmin%2Fquestions%2F"
    assert "_auth_user_id" not in client.session
    led = client.post(answer["Location"], {"login": "ada", "password": RIGHT, "next": "/admin/questions/"})
    assert led["Location"] == "/admin/questions/"


@pytest.mark.parametrize("door", [page_login, app_login])
def test_wrong_guesses_cost_more_and_more_time(ada: User, door: Door) -> None:
    with time_machine.travel("2026-03-02 10:00Z", tick=False) as clock:
        guesses = [door("ada", f"guess {number}") for number in range(5)]
        locked = door("ada", RIGHT)
        clock.shift(timedelta(seconds=10))
        again = door("ada", "guess")
        longer = door("ada", RIGHT)
        clock.shift(timedelta(seconds=20))
        right = door("ada", RIGHT)

    assert 429 not in [answer.status_code for answer in guesses]
    assert (locked.status_code, locked["Retry-After"]) == (429, "10")
    assert again.status_code != 429
    assert (longer.status_code, longer["Retry-After"]) == (429, "20")
    assert right.status_code in {200, 302}


def test_a_lock_says_so_in_words_and_names_the_way_in(ada: User) -> None:
    page = [page_login("ada", "guess") for _ in range(6)][-1].content.decode()

    assert "Too many attempts" in page
    assert "/accounts/password/reset/" in page


def test_all_names_and_doors_of_an_account_are_one(ada: User) -> None:
    for name, door in zip(["ada", "ADA", "ada@example.org", "Ada"] * 2, [page_login, app_login] * 4, strict=True):
        door(name, "guess", address=f"192.0.2.{len(name)}")

    assert page_login("ada", RIGHT, address="192.0.2.99").status_code == 429


def test_who_has_the_address_of_another_as_a_name_does_not_unlock_the_other(ada: User) -> None:
    User.objects.create_user("ada@example.org", password="the-own-pass-phrase")
    with time_machine.travel("2026-03-02 10:00Z", tick=False):
        for _ in range(3):
            page_login("ada@example.org", "guess")
            assert page_login("ada@example.org", "the-own-pass-phrase").status_code == 302
        guesses = [page_login("ada@example.org", "guess").status_code for _ in range(3)]

    assert guesses == [200, 200, 429]


def test_a_name_that_nobody_has_is_locked_like_any_other(db: None) -> None:
    assert [page_login("nobody", "guess").status_code for _ in range(6)][-1] == 429


def test_who_is_locked_out_gets_in_by_a_mailed_link(ada: User) -> None:
    for _ in range(6):
        page_login("ada", "guess")
    visitor = Client()
    visitor.post("/accounts/password/reset/", {"email": "ada@example.org"})
    (address,) = re.findall(r"https?://[^/]+(/\S+)", str(mail.outbox[0].body))
    form = visitor.get(address, follow=True).redirect_chain[-1][0]
    visitor.post(form, {"password1": "a-new-pass-phrase", "password2": "a-new-pass-phrase"})

    assert page_login("ada", "a-new-pass-phrase").status_code == 302


@pytest.mark.slow
def test_a_class_room_behind_one_address_gets_in(db: None) -> None:
    password = make_password(RIGHT)
    User.objects.bulk_create([User(username=f"student-{number}", password=password) for number in range(300)])

    answers = [(page_login, app_login)[number % 2](f"student-{number}", RIGHT) for number in range(300)]

    assert {answer.status_code for answer in answers} <= {200, 302}
    assert all("sessionid" in answer.cookies or answer.json()["meta"]["session_token"] for answer in answers)


def test_an_address_that_guesses_at_everybody_has_to_wait(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login_limits, "ADDRESS_FAILURES", 6)
    with time_machine.travel("2026-03-02 10:03Z", tick=False):
        answers = [page_login(f"student-{number}", "guess") for number in range(7)]

    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    assert answers[-1]["Retry-After"] == "420"
    assert page_login("student-1", "guess", address="198.51.100.1").status_code == 200


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0), (4, 0), (5, 10), (6, 20), (8, 80), (12, 900), (10_000, 900)])
def test_the_delay_grows_up_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert login_limits.delay_after(failures) == seconds


def test_limits_of_other_pages_say_when_to_come_back(db: None) -> None:
    answers = [Client().post("/accounts/password/reset/", {"email": "ada@example.org"}) for _ in range(6)]

    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] == "60"
    assert "Too many attempts" in answers[-1].content.decode()


def security_lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, dict[str, object]]]:
    lines = [record.getMessage() for record in caplog.records if record.name == "examprep.security"]
    return [(line.split(" ", 1)[0], json.loads(line.split(" ", 1)[1])) for line in lines]


def test_logins_that_fail_leave_a_line_each(ada: User, caplog: pytest.LogCaptureFixture) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False):
        for _ in range(6):
            page_login("ada", "guess")

    failed = ("login_failed", {"account": "ada", "address": "192.0.2.7"})
    assert security_lines(caplog) == [
        *[failed] * 5,
        ("login_locked", {"account": "ada", "address": "192.0.2.7", "retry_after": 10}),
    ]


def test_a_name_cannot_write_a_line_of_the_log(db: None, caplog: pytest.LogCaptureFixture) -> None:
    app_login("eve\nlogin_failed \u2028", "guess")

    (line,) = [record.getMessage() for record in caplog.records if record.name == "examprep.security"]
    assert line.isprintable()
    assert line.isascii()


def test_a_changed_password_and_a_role_leave_a_line(ada: User, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    client = Client()
    client.force_login(ada)
    sent = {"oldpassword": RIGHT, "password1": "a-new-pass-phrase", "password2": "a-new-pass-phrase"}
    client.post("/accounts/password/change/", sent, REMOTE_ADDR="192.0.2.7")
    ada.groups.add(make_instructors_group())

    assert security_lines(caplog) == [
        ("password_changed", {"account": "ada", "address": "192.0.2.7"}),
        ("role_given", {"account": "ada", "address": "-", "role": "Instructors"}),
    ]


def test_a_role_in_a_course_leaves_a_line(ada: User, course: Course, caplog: pytest.LogCaptureFixture) -> None:
    ina = User.objects.create_user("ina")
    roles.set_role(ina, course, roles.Role.OWNER)
    for role in (roles.Role.OBSERVER, roles.Role.OBSERVER, roles.Role.ASSISTANT):
        roles.set_role(ada, course, role, by=ina)
    roles.remove_role(ada, course)

    facts = {"address": "-", "course": "tiny"}
    assert security_lines(caplog) == [
        ("course_role_given", {"account": "ina", **facts, "role": "owner"}),
        ("course_role_given", {"account": "ada", **facts, "role": "observer", "by": "ina"}),
        ("course_role_given", {"account": "ada", **facts, "role": "assistant", "by": "ina"}),
        ("course_role_taken", {"account": "ada", **facts, "role": "assistant"}),
    ]


def test_staff_who_look_at_keys_and_give_roles_leave_a_line(
    ada: User, course: Course, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.force_login(User.objects.create_superuser("root"))
    item = course.items.all()[0]
    address = f"/admin/questions/item/{item.pk}/change/"
    assert client.get(address).status_code == 200
    client.get("/admin/questions/item/")
    form = {
        **{name: value for name, value in model_to_dict(ada).items() if value not in (None, False, [])},
        "is_staff": "on",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "10:00:00",
    }
    saved = client.post(f"/admin/examprep/user/{ada.pk}/change/", form)
    assert saved.status_code == 302, saved.context["adminform"].form.errors
    assert User.objects.get(pk=ada.pk).is_staff
    changed = {"usable_password": "true", "password1": "a-new-pass-phrase", "password2": "a-new-pass-phrase"}
    assert client.post(f"/admin/examprep/user/{ada.pk}/password/", changed).status_code == 302

    assert security_lines(caplog) == [
        ("keys_viewed", {"account": "root", "address": "192.0.2.7", "page": address}),
        ("role_given", {"account": "ada", "address": "192.0.2.7", "role": "is_staff", "by": "root"}),
        ("password_changed", {"account": "ada", "address": "192.0.2.7", "by": "root"}),
    ]
