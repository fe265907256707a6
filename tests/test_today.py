"""Today's page beyond the plan: the outlook, the minutes, a day off, and coming back after missed days."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from quizzes import schedule
from quizzes.models import Enrolment, Exam
from quizzes.schedule.choice import foresee
from tests.conftest import Api

pytestmark = pytest.mark.database


@pytest.fixture
def web(student: User) -> Client:
    client = Client()
    client.force_login(student)
    return client


@pytest.mark.usefixtures("noon")
def test_the_outlook_says_now_and_if_kept_with_intervals(web: Client, student: User) -> None:
    page = web.get("/today/").content.decode()
    assert 'hx-get="/today/ahead/"' in page
    part = web.get("/today/ahead/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    found = schedule.look_ahead(student)
    assert found is not None
    assert found.now.low <= found.now.score <= found.now.high
    assert found.now.score < found.kept.score <= found.kept.high
    assert f"{100 * found.kept.score:.0f}\N{NARROW NO-BREAK SPACE}%" in part
    assert part.count("<circle") == len(found.curve)
    whole = web.get("/today/ahead/").content.decode()  # without scripts it is a page of its own
    assert "<html" in whole
    assert "The days ahead" in whole


@pytest.mark.usefixtures("noon")
def test_the_outlook_is_computed_once_until_something_changes(web: Client, api: Api, key: Callable[[str], Any]) -> None:
    with patch("quizzes.schedule.outlook.foresee", wraps=foresee) as computed:
        web.get("/today/ahead/")
        with CaptureQueriesContext(connection) as again:
            web.get("/today/ahead/")
        assert len(again) <= 8
        assert computed.call_count == 1
        question = api.queue()["results"][0]
        api.answer(question["id"], key(question["id"]))
        web.get("/today/ahead/")
        assert computed.call_count == 2


def test_without_an_exam_there_is_none(web: Client, student: User) -> None:
    Exam.objects.all().delete()
    assert "hx-get" not in web.get("/today/").content.decode()
    assert "No outlook yet" in web.get("/today/ahead/").content.decode()


def test_minutes_are_chosen_from_the_curve(web: Client, student: User) -> None:
    page = web.post("/today/minutes/", {"minutes": "45"}, follow=True).content.decode()
    student.refresh_from_db()
    assert student.daily_minutes == 45
    assert "From now on 45 minutes a day instead of 20." in page
    for nonsense in ("0", "481", "x", "", "-5", "1" * 40):
        assert "Choose 1 to 480" in web.post("/today/minutes/", {"minutes": nonsense}, follow=True).content.decode()
    student.refresh_from_db()
    assert student.daily_minutes == 45


def test_a_day_off_now_and_then(web: Client, student: User) -> None:
    begin = timezone.now()
    with time_machine.travel(begin) as clock:
        web.get("/today/")
        page = web.post("/today/off/", {"off": "1"}, follow=True).content.decode()
        assert "A day off" in page
        assert schedule.load_queue(student).remaining == 0
        schedule.plan_day(student)  # what a worker does later in the day
        assert schedule.load_queue(student).remaining == 0

        page = web.post("/today/off/", {"off": "0"}, follow=True).content.decode()
        assert schedule.load_queue(student).remaining > 0
        web.post("/today/off/", {"off": "1"})

        clock.move_to(begin + timedelta(days=2))
        web.force_login(student)
        page = web.post("/today/off/", {"off": "1"}, follow=True).content.decode()
        assert "one day off a week" in page
        assert schedule.load_queue(student).remaining > 0
        clock.move_to(begin + timedelta(days=7))
        assert "A day off" in web.post("/today/off/", {"off": "1"}, follow=True).content.decode()


@pytest.mark.usefixtures("noon")
def test_after_missed_days_the_plan_fits_its_minutes(
    api: Api, web: Client, student: User, key: Callable[[str], Any]
) -> None:
    begin = timezone.now()
    with time_machine.travel(begin) as clock:
        for one in api.queue()["results"]:
            api.answer(one["id"], key(one["id"]))
        assert "Welcome back" not in web.get("/today/").content.decode()
        student.daily_minutes = 1
        student.save()
        clock.move_to(begin + timedelta(days=9))
        web.force_login(student)
        page = web.get("/today/").content.decode()
        found = re.search(r"Nothing has piled up over the (\d) days", page)
        assert found
        assert found[1] == "8"
        queue = schedule.load_queue(student)
        assert 0 < queue.planned_seconds < 60 + 150
        web.post("/today/more/")
        assert schedule.load_queue(student).planned_seconds > queue.planned_seconds


def test_all_exams_ahead_weigh_in_the_plan(student: User) -> None:
    ahead = schedule.list_exams_ahead(student, timezone.now())
    assert [one.title for one in ahead] == ["Tiny exam", "Tiny viva"]
    Exam.objects.filter(kind="viva").delete()
    exam = Exam.objects.get()
    assert exam.starts_at
    Exam.objects.create(
        course=exam.course,
        slug="second",
        title="Second",
        kind="viva",
        minutes=10,
        starts_at=exam.starts_at + timedelta(days=3),
        blueprint={"concepts": {"l2": 1}},
    )
    Exam.objects.filter(pk=exam.pk).update(blueprint={"concepts": {"factor": 1}})
    assert [one.title for one in schedule.list_exams_ahead(student, timezone.now())] == ["Tiny exam", "Second"]
    planned = {task["card"] for task in schedule.plan_day(student).tasks}
    l2 = {str(pk) for pk in student.cards.filter(item__slug="penalty-target").values_list("pk", flat=True)}
    assert l2 <= planned  # of the second exam alone
    assert Enrolment.objects.count() == 1
