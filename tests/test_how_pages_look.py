"""Theme and text size are the student's, and every page follows them."""

from __future__ import annotations

import pytest
from django.test import Client

from examprep.models import User
from tests.conftest import Api

pytestmark = pytest.mark.django_db
DAY = {"time_zone": "UTC", "daily_minutes": "20", "day_rollover_hour": "4", "desired_retention": "0.9"}


@pytest.fixture
def browser(student: User) -> Client:
    client = Client()
    client.force_login(student)
    return client


def head(browser: Client, path: str) -> str:
    return browser.get(path).content.decode().partition("<link")[0]


def test_every_page_follows_what_was_chosen(browser: Client, student: User) -> None:
    plain = head(browser, "/today/")
    assert "data-theme" not in plain
    assert "data-text" not in plain
    assert browser.post("/settings/", {**DAY, "theme": "dark", "text_size": "large"}).status_code == 302
    for path in ("/today/", "/review/", "/lessons/", "/exams/", "/progress/", "/settings/"):
        page = head(browser, path)
        assert 'data-theme="dark" data-text="large">' in page.partition("<head")[0], path
        assert page.count("theme-color") == 1
    assert "data-theme" not in head(Client(), "/")


def test_the_admin_follows_it_too(instructor: Client) -> None:
    assert "theme-" not in instructor.get("/admin/").content.decode()
    User.objects.filter(username="ina").update(theme="dark", text_size="large")
    for path in ("/admin/", "/admin/questions/item/add/"):
        page = instructor.get(path).content.decode()
        assert "theme-dark text-large" in page.partition("<body")[2].partition(">")[0], path
        assert "theme.js" not in page, path
        assert "theme-toggle" not in page, path


@pytest.mark.any_database
def test_date_and_time_have_a_label_each(instructor: Client, student: User) -> None:
    enrolment = f"/admin/quizzes/enrolment/{student.enrolments.get().pk}/change/"
    for address, label in (("/admin/quizzes/exam/add/", "Starts at"), (enrolment, "Exam at")):
        page = instructor.get(address).content.decode()
        assert f'aria-label="{label}: date"' in page, address
        assert f'aria-label="{label}: time"' in page, address


def test_a_form_without_them_leaves_them_and_others_are_refused(browser: Client, student: User) -> None:
    User.objects.update(theme="light", text_size="largest")
    assert browser.post("/settings/", DAY).status_code == 302
    assert browser.post("/settings/", {**DAY, "theme": "pink"}).status_code == 422
    student.refresh_from_db()
    assert (student.theme, student.text_size) == ("light", "largest")


@pytest.mark.any_database
def test_clients_read_and_set_them(api: Api) -> None:
    assert api.get("me/").json()["theme"] == "system"
    assert api.patch("me/", {"theme": "dark", "text_size": "large"}).json()["text_size"] == "large"
    assert api.patch("me/", {"theme": "pink"}).status_code == 400
