"""What is kept of a person is handed out to them, and goes with their account."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import models
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from examprep import personal_data
from examprep.models import User
from examprep.personal_data import erasing, exporting
from examprep.personal_data.logins import describe_device
from examprep.tasks import clear_sessions, erase_accounts
from questions.models import Item
from quizzes import exams, memory_upkeep, notebook
from quizzes.models import Card, Exam, PushSubscription, Review, ReviewEvent, SittingAct
from tests.conftest import Api

Key = Callable[[str], Any]
PASSWORD = "correct-horse-battery"
NAME = "zaphodbeeblebrox"
"""In everything that the person types."""
DERIVED = {"CalendarFeed", "ChangeLog", "Job", "QuickCheck", "Standing", "StoredOutlook"}
"""What follows from what is exported, or is a secret of the service's."""


@pytest.fixture
def person(student: User) -> User:
    """A student with a name and a password, who has answered, sat, and written."""
    student.username, student.email, student.first_name = NAME, f"{NAME}@example.org", NAME
    student.set_password(PASSWORD)
    student.save()
    return student


@pytest.fixture
def api(person: User) -> Api:
    """The person's app."""
    return Api(person)


@pytest.fixture
def browser(person: User) -> Client:
    """The person, logged in as people are."""
    client = Client(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"})
    assert client.post("/accounts/login/", {"login": NAME, "password": PASSWORD}).status_code == 302
    return client


def download(client: Client, address: str = "/account/export/") -> dict[str, Any]:
    """The tables of an export."""
    answer: Any = client.get(address)
    assert answer["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        tables = {name[:-5]: json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")}
        for name, rows in tables.items():
            if name != "account":
                assert len(list(csv.reader(io.TextIOWrapper(archive.open(f"{name}.csv"), "utf-8")))) == len(rows) + 1
    return tables


def leave_traces(api: Api, person: User, key: Key) -> None:
    """Answer, sit, and write, with the name in all that is typed."""
    for shown in api.queue()["results"]:
        api.answer(shown["id"], {"text": NAME} if shown["kind"] == "short_text" else key(shown["id"]))
    item = Item.objects.filter(retired_at=None).first()
    assert item
    notebook.write_note(person, item.pk, f"As {NAME} said", timezone.now())
    notebook.bookmark(person, item.pk, timezone.now(), on=True)
    notebook.write_staff_note(person.enrolments.get(), person, f"{NAME} asked for help", timezone.now())
    asked = str(ReviewEvent.objects.filter(student=person).values_list("presentation", flat=True).first())
    api.post(f"presentations/{asked}/reports/", {"category": "other", "text": f"{NAME} sees nothing"})
    PushSubscription.objects.create(student=person, endpoint=f"https://push.example/{NAME}", p256dh="p", auth="a")
    sitting, _ = exams.open_sitting(person, Exam.objects.get(slug="tiny-exam"), timezone.now())
    for slot in sitting.slots.select_related("presentation"):
        given = {"text": NAME} if slot.presentation.version.kind == "short_text" else key(str(slot.presentation_id))
        exams.save_answer(person, sitting.pk, slot.number, given, 0, timezone.now())
    exams.close_sitting(person, sitting.pk, timezone.now())
    SittingAct.objects.create(
        sitting=sitting, kind="comment", why=f"Well done, {NAME}", request=sitting.pk, made_at=timezone.now()
    )


def everything() -> dict[str, str]:
    """All rows of all tables, as text."""
    return {
        model.__name__: str(list(model._default_manager.values_list()))
        for model in apps.get_models()
        if model._meta.managed
    }


def test_every_table_of_people_is_erased_or_kept_nameless_and_exported(db: None) -> None:
    """Whoever adds a table of students' decides here what becomes of it."""
    known = {*erasing.DELETED, *erasing.KEPT}
    theirs = {
        model
        for model in apps.get_models()
        if model._meta.app_label in {"questions", "quizzes"}
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is User and field.name == "student"
    }
    assert {model.__name__ for model in theirs ^ known} == set()
    exported = {table.rows(User(pk=1)).model for table in exporting.TABLES if not table.name.startswith("exam_")}
    assert {model.__name__ for model in theirs - exported} == DERIVED


def test_people_download_what_is_kept_of_them(
    api: Api, person: User, stranger: User, browser: Client, key: Key
) -> None:
    leave_traces(api, person, key)
    Api(stranger).queue()

    kept = download(browser)

    assert kept["account"]["username"] == NAME
    assert {row["item"] for row in kept["cards"]} == set(person.cards.values_list("item__slug", flat=True))
    answers = {row["id"]: row for row in kept["answers"]}
    assert set(answers) == {str(pk) for pk in person.review_events.values_list("event_id", flat=True)}
    questions = {row["id"]: row["prompt"] for row in kept["questions"]}
    assert all(row["question"] in questions for row in answers.values())
    assert len(questions) == person.presentations.count()
    assert {row["score"] for row in kept["exam_answers"]} == {0, 1}
    assert f"As {NAME} said" in kept["notes"][0]["text"]
    assert download(api.client, "/api/v1/me/export/")["cards"] == kept["cards"]


def test_an_export_tells_no_key_before_its_time(api: Api, person: User, browser: Client, key: Key) -> None:
    (asked,) = (each for each in api.queue()["results"] if each["kind"] == "numeric")
    api.answer(asked["id"], key(asked["id"]))
    exam = Exam.objects.get(slug="tiny-exam")
    exam.blueprint = {"slots": 6}
    exam.save()
    sitting, _ = exams.open_sitting(person, exam, timezone.now())
    put = {str(pk) for pk in sitting.slots.values_list("presentation", flat=True)}

    kept = download(browser)

    (answer,) = kept["answers"]
    assert (answer["score"], answer["grade"]) == (None, None)
    assert not put.intersection(row["id"] for row in kept["questions"])
    assert "answer" not in kept["questions"][0]
    Exam.objects.update(feedback=Exam.Feedback.ENDED, closes_at=timezone.now() + timedelta(days=1))
    exams.close_sitting(person, sitting.pk, timezone.now())
    kept = download(browser)
    assert {(row["score"], row["grade"]) for row in kept["exam_answers"]} == {(None, None)}
    assert kept["sittings"][0]["score"] is None


def test_an_account_is_erased_with_all_that_says_whose_it_was(
    api: Api, person: User, browser: Client, key: Key, settings: Any
) -> None:
    leave_traces(api, person, key)
    for event in ReviewEvent.objects.exclude(grade=None):
        # As a row of before has it, that nothing was packed of.
        ReviewEvent.objects.filter(pk=event.pk).update(whole_grade=event.grade, grade=None)
    before = everything()
    assert NAME in before["ReviewEvent"] + before["Slot"]
    lines = list(Review.objects.order_by("pk").values_list("card", "rating", "score"))
    states = list(Card.objects.order_by("pk").values_list("pk", "stability", "reviews"))

    browser.post("/account/")
    assert erase_accounts() == 0
    User.objects.update(erase_at=timezone.now())
    assert erase_accounts() == 1

    assert {name: rows for name, rows in everything().items() if NAME in rows} == {}
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if NAME in path.name]
    assert list(Review.objects.order_by("pk").values_list("card", "rating", "score")) == lines
    assert list(Card.objects.order_by("pk").values_list("pk", "stability", "reviews")) == states
    assert memory_upkeep.rebuild(repair=False).different == 0
    assert browser.get("/today/").status_code == 302
    assert Client().post("/accounts/login/", {"login": NAME, "password": PASSWORD}).status_code == 200
    assert erase_accounts() == 0
    assert not personal_data.erase(person, timezone.now())


def test_who_asks_for_the_end_shows_that_it_is_them(person: User, browser: Client, api: Api) -> None:
    stolen = Client()
    stolen.force_login(person)  # a session without a login just now
    assert "log in again" in stolen.post("/account/", {"password": ""}).content.decode()
    refused = stolen.post("/account/", {"password": "guess"})
    assert refused.status_code == 422
    assert "This is not your password." in refused.content.decode()
    for _ in range(5):
        stolen.post("/account/", {"password": "guess"})
    assert "Too many wrong passwords" in stolen.post("/account/", {"password": "guess"}).content.decode()
    person.refresh_from_db()
    assert not person.erase_at

    browser.post("/account/")

    person.refresh_from_db()
    assert person.erase_at
    first = person.erase_at
    assert personal_data.ask_for_erasure(person, timezone.now() + timedelta(hours=2)) == first
    assert "Keep my account" in browser.get("/account/").content.decode()
    browser.post("/account/keep/")
    person.refresh_from_db()
    assert person.erase_at is None


@pytest.mark.any_database
def test_an_app_asks_for_the_end_by_password(person: User, api: Api) -> None:
    def delete(body: dict[str, str]) -> Any:
        return api.client.delete("/api/v1/me/", json.dumps(body), content_type="application/json")

    assert delete({}).json()["errors"]["password"]
    assert delete({"password": "guess"}).status_code == 400
    asked = delete({"password": PASSWORD})
    assert asked.status_code == 202
    assert asked.json()["erase_at"]
    person.refresh_from_db()
    assert person.erase_at


def test_people_see_where_they_are_logged_in_and_log_out_there(person: User, browser: Client, stranger: User) -> None:
    phone = Client(headers={"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Version/19.0 Mobile Safari/604.1"})
    phone.post("/accounts/login/", {"login": NAME, "password": PASSWORD})
    page = browser.get("/account/").content.decode()
    assert "Firefox on Windows" in page
    assert "Safari on iPhone" in page
    logins = browser.get("/api/v1/me/sessions/").json()["results"]
    (other,) = (login["id"] for login in logins if not login["current"])

    others = Client()
    others.force_login(stranger)
    assert others.delete(f"/api/v1/me/sessions/{other}/").status_code == 404
    assert phone.get("/today/").status_code == 200
    browser.post("/account/logins/", {"login": "others"})

    assert phone.get("/today/").status_code == 302
    assert browser.get("/today/").status_code == 200
    (here,) = browser.get("/api/v1/me/sessions/").json()["results"]
    assert browser.delete(f"/api/v1/me/sessions/{here['id']}/").status_code == 204
    assert browser.get("/today/").status_code == 302


def test_logins_take_two_queries_and_are_forgotten_once_they_have_ended(
    person: User, browser: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        Client().post("/accounts/login/", {"login": NAME, "password": PASSWORD})
    request = RequestFactory().get("/")
    request.session = browser.session
    with django_assert_num_queries(2):
        assert [login.is_this for login in personal_data.list_logins(person, request)].count(True) == 1
    assert len(personal_data.list_logins(person, request)) == 4
    ended = UserSession.objects.filter(user=person).exclude(session_key=browser.session.session_key).first()
    Session.objects.filter(session_key=ended.session_key).update(expire_date=timezone.now())
    assert len(personal_data.list_logins(person, request)) == 3

    clear_sessions()

    assert UserSession.objects.count() == 3
    form = {"oldpassword": PASSWORD, "password1": "another-pass-phrase", "password2": "another-pass-phrase"}
    browser.post("/accounts/password/change/", form)
    person.refresh_from_db()
    request.session = browser.session
    assert [login.is_this for login in personal_data.list_logins(person, request)] == [True]


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("examprep-app/2.1 (build 7)", "examprep-app"),
        ("", "Unknown device"),
    ],
)
def test_devices_have_names(user_agent: str, said: str) -> None:
    assert describe_device(user_agent) == said


def test_accounts_that_nobody_uses_are_told_and_kept_on_a_word(api: Api, person: User, key: Key, settings: Any) -> None:
    now = timezone.now()
    User.objects.update(date_joined=now - timedelta(days=500), last_login=now - timedelta(days=450))
    assert personal_data.warn_the_unused(now) == 0
    settings.RETENTION_DAYS = 400
    (asked, *_) = api.queue()["results"]
    api.answer(asked["id"], key(asked["id"]))
    assert personal_data.warn_the_unused(now) == 0
    ReviewEvent.objects.update(received_at=now - timedelta(days=401))

    assert personal_data.warn_the_unused(now) == 1

    assert personal_data.warn_the_unused(now) == 0
    assert NAME in mail.outbox[0].body
    assert personal_data.erase_due(now + timedelta(days=13)) == 0
    personal_data.cancel_erasure(person)
    assert personal_data.erase_due(now + timedelta(days=15)) == 0


def test_the_commands(person: User, tmp_path: Path) -> None:
    file = tmp_path / "data.zip"
    call_command("export_student", NAME, file)
    assert "account.json" in zipfile.ZipFile(file).namelist()
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_student", NAME, file)
    for command in (["export_student", "nobody", tmp_path / "none.zip"], ["erase_student", "nobody"]):
        with pytest.raises(CommandError, match="There is no account nobody"):
            call_command(*command)
    call_command("erase_student", NAME)
    assert not User.objects.filter(username=NAME).exists()


def test_superusers_erase_and_keep_accounts(person: User, admin_client: Client) -> None:
    page = "/admin/examprep/user/"
    assert admin_client.get(f"{page}{person.pk}/delete/").status_code == 403
    admin_client.post(page, {"action": "delete_within_a_day", "_selected_action": [person.pk]})
    person.refresh_from_db()
    assert person.erase_at
    admin_client.post(page, {"action": "keep", "_selected_action": [person.pk]})
    person.refresh_from_db()
    assert person.erase_at is None
