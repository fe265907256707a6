"""The calendar of a student: what stands in it, and who can read it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from quizzes import schedule
from quizzes.models import CalendarFeed, Enrolment, Presentation
from quizzes.reminders import calendar_feed
from quizzes.views import calendar

pytestmark = pytest.mark.database
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def at_home(student: User) -> Client:
    """The student's own browser."""
    client = Client()
    client.force_login(student)
    return client


def address(student: User) -> str:
    found = calendar_feed.load_address(student)
    assert found
    return found


def read(student: User) -> str:
    """The calendar as a program reads it, without a session; its lines unfolded."""
    response = Client().get(address(student))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return str(response.content.decode()).replace("\r\n ", "")


def test_exams_and_plans_with_their_minutes(student: User) -> None:
    with time_machine.travel(NOON, tick=False):
        calendar_feed.make_address(student, timezone.now())
        Enrolment.objects.filter(student=student).update(exam_at=NOON + timedelta(days=9))
        schedule.plan_day(student)
        schedule.look_ahead(student)
        text = read(student)
        queue = schedule.load_queue(student, limit=0)
    assert "SUMMARY:Tiny exam" in text
    assert "DTSTART:20260610T120000Z" in text
    assert f"SUMMARY:Review: {round(queue.remaining_seconds / 60)} minute" in text
    assert rf"DESCRIPTION:{queue.new} new" in text
    days = re.findall(r"DTSTART;VALUE=DATE:(\d+)", text)
    assert days == sorted(set(days))
    assert days[0] == "20260601"
    assert len(days) > 1
    assert not Presentation.objects.exists()


def test_an_event_keeps_its_name_and_the_calendar_needs_as_many_queries(student: User) -> None:
    calendar_feed.make_address(student, timezone.now())
    with CaptureQueriesContext(connection) as queries:
        first = re.findall("UID:.*", read(student))
    assert len(queries) <= 25
    assert len(first) == len(set(first))
    calendar_feed.make_address(student, timezone.now())
    assert re.findall("UID:.*", read(student)) == first


@pytest.mark.any_database
def test_without_an_exam_the_days_ahead_have_the_students_minutes(student: User) -> None:
    for exam in student.enrolments.get().course.exams.all():
        exam.delete()
    calendar_feed.make_address(student, timezone.now())
    assert read(student).count("SUMMARY:Review: 20 minutes") >= 14


@pytest.mark.any_database
def test_the_address_is_made_renewed_and_ended_in_the_settings(student: User, at_home: Client) -> None:
    assert b"Make an address" in at_home.get("/settings/").content
    at_home.post("/calendar/", {"make": ""})
    first = address(student)
    page = at_home.get("/settings/").content.decode()
    assert f'value="http://testserver{first}"' in page
    assert f'href="webcal://testserver{first}"' in page
    at_home.post("/calendar/", {"make": ""})
    second = address(student)
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    at_home.post("/calendar/", {"revoke": ""})
    assert Client().get(second).status_code == 404
    assert not CalendarFeed.objects.exists()


def test_nobody_else_reads_it_and_it_is_told_to_nobody(student: User, stranger: User) -> None:
    for user in (student, stranger):
        calendar_feed.make_address(user, timezone.now())
    response = Client().get(address(student))
    assert (response["Referrer-Policy"], response["X-Robots-Tag"]) == ("no-referrer", "noindex")
    assert response["Cache-Control"] == "no-store"
    assert "sessionid" not in response.cookies
    assert CalendarFeed.objects.get(student=student).key.hex in address(student)
    unsigned, _, signature = address(student).removesuffix(".ics").rpartition(".")
    _, _, others = address(stranger).removesuffix(".ics").rpartition(".")
    for forged in (f"{unsigned}.ics", f"{unsigned}.{others}.ics", f"{unsigned}.{signature}x.ics", "/calendar/x.ics"):
        with CaptureQueriesContext(connection) as queries:
            assert Client().get(forged).status_code == 404
        assert len(queries) == 0
    student.is_active = False
    student.save()
    assert Client().get(address(student)).status_code == 404


@pytest.mark.any_database
def test_a_program_that_asks_all_the_time_has_to_wait(student: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar, "READS", 2)
    cache.clear()
    calendar_feed.make_address(student, timezone.now())
    with time_machine.travel(NOON, tick=False):
        answers = [Client().get(address(student)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 3601


def test_only_who_is_logged_in_has_an_address(student: User) -> None:
    assert Client().post("/calendar/", {"make": ""}).status_code == 302
    assert not CalendarFeed.objects.exists()
