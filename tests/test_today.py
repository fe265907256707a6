"""Today's page beyond the plan: the outlook, the minutes, a day off, and coming back after missed days."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Course, Item
from quizzes import schedule, tasks
from quizzes.models import Enrolment, Exam, Job, StoredOutlook
from quizzes.schedule.choice import foresee
from tests.conftest import Api

pytestmark = pytest.mark.database


@pytest.fixture
def web(student: User) -> Client:
    client = Client()
    client.force_login(student)
    return client


@pytest.mark.any_database
@pytest.mark.usefixtures("noon")
def test_the_outlook_says_now_and_if_kept_with_intervals(web: Client, student: User) -> None:
    page = web.get("/today/").content.decode()
    assert 'hx-get="/today/ahead/"' in page
    schedule.look_ahead(student)
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


@pytest.mark.any_database
@pytest.mark.usefixtures("noon")
def test_today_begins_with_what_to_do_and_says_what_it_earns(
    web: Client, student: User, api: Api, key: Callable[[str], Any]
) -> None:
    queue = schedule.load_queue(student, current=True)
    assert queue.score_before is not None
    assert queue.score_after is not None
    gain = round(100 * queue.score_after) - round(100 * queue.score_before)
    page = web.get("/today/").content.decode()
    main = page[page.index("<main") :]
    assert gain > 0
    assert f"<strong>+{gain}\N{NARROW NO-BREAK SPACE}%</strong> on exam day" in main
    assert main.index('id="start"') < main.index("on exam day") < main.index("to review")
    assert main.count('class="button') - main.count('class="button plain') == 1

    question = api.queue()["results"][0]
    api.answer(question["id"], key(question["id"]))
    page = web.get("/today/").content.decode()
    assert "Your weakest concepts" in page
    assert page.rindex("<section") == page.index('<section class="ahead"'), "what comes later moves nothing"

    Exam.objects.all().delete()
    page = web.get("/today/").content.decode()
    assert "chosen because you are about to forget them" in page
    assert "Set an exam date" in page


@pytest.mark.any_database
@pytest.mark.usefixtures("noon")
def test_a_worker_computes_the_outlook_once_until_something_changes(
    web: Client, student: User, api: Api, key: Callable[[str], Any]
) -> None:
    with patch("quizzes.schedule.outlook.foresee", wraps=foresee) as computed:
        assert "Compute them" in web.get("/today/ahead/").content.decode()
        page = web.post("/today/ahead/", follow=True).content.decode()
        assert "The days ahead are being computed." in page
        assert 'hx-trigger="load delay:1s"' in page
        assert computed.call_count == 0

        tasks.foresee_student(student.pk)
        tasks.foresee_student(student.pk)
        with CaptureQueriesContext(connection) as again:
            page = web.get("/today/ahead/").content.decode()
        assert "computed" not in page
        assert "with 20 minutes every day" in page
        assert len(again) <= 11
        assert not any("quizzes_card" in query["sql"] and "MAX(" not in query["sql"] for query in again)
        web.post("/today/ahead/")
        tasks.foresee_student(student.pk)  # nothing has changed: the same stays
        assert computed.call_count == 1

        question = api.queue()["results"][0]
        api.answer(question["id"], key(question["id"]))
        old = web.get("/today/ahead/").content.decode()
        assert "Something has changed" in old
        assert "with 20 minutes every day" in old  # better than nothing, meanwhile
        web.post("/today/ahead/", headers={"HX-Request": "true"})
        tasks.foresee_student(student.pk)
        assert computed.call_count == 2
        assert schedule.read_outlook(student).state == "current"


@pytest.mark.usefixtures("noon")
def test_whatever_an_outlook_follows_from_makes_it_old(student: User, course: Course, api: Api) -> None:
    item = Item.objects.published().first()
    assert item
    enrolment = Enrolment.objects.get()

    def changes() -> Iterator[None]:
        schedule.change_daily_minutes(student, 35)
        yield
        Exam.objects.filter(kind="assessment").update(blueprint={"concepts": {"l2": 1}})
        yield
        enrolment.exam_at = timezone.now() + timedelta(days=9)
        enrolment.save()
        yield
        card = student.cards.first()
        assert card
        event = {"id": str(uuid.uuid4()), "type": "suspend", "card": str(card.pk)}
        api.send(event | {"occurred_at": timezone.now().isoformat()})
        yield
        bank.retire(item)
        yield

    schedule.look_ahead(student)
    for _ in changes():
        student.refresh_from_db()
        assert schedule.read_outlook(student).state == "old"
        assert schedule.look_ahead(student) == schedule.read_outlook(student).outlook
        assert schedule.read_outlook(student).state == "current"
    assert schedule.read_outlook(student, now=timezone.now() + timedelta(days=1)).state == "old"


def test_who_answers_gets_an_outlook_once_a_day(student: User, api: Api, key: Callable[[str], Any]) -> None:
    tasks.plan_student(student.pk)
    assert not Job.objects.filter(kind=Job.Kind.OUTLOOK).exists()
    question = api.queue()["results"][0]
    api.answer(question["id"], key(question["id"]))
    assert schedule.forecast_scores(student)[0].kept is None
    for _ in range(2):
        Job.objects.filter(kind=Job.Kind.PLAN).update(run_at=timezone.now())
        tasks.plan_student(student.pk)
        tasks.foresee_student(student.pk)
        assert schedule.forecast_scores(student)[0].kept is not None
        schedule.plan_day(student)
        with transaction.atomic():
            schedule.request_plan(student, timezone.now())
    assert not Job.objects.filter(kind=Job.Kind.OUTLOOK).exists()


@pytest.mark.any_database
def test_what_to_expect_is_computed_once_for_the_same_facts(student: User, api: Api, key: Callable[[str], Any]) -> None:
    def expected() -> tuple[list[Any], bool]:
        with CaptureQueriesContext(connection) as captured:
            scores = [score.now for score in schedule.forecast_scores(student)]
        return scores, any('"quizzes_card"."stability"' in query["sql"] for query in captured)

    before, loaded = expected()
    assert loaded
    assert expected() == (before, False)
    question = api.queue()["results"][0]
    api.answer(question["id"], key(question["id"]))
    after, loaded = expected()
    assert loaded
    assert after != before
    cache.clear()
    assert expected()[0] == after


def test_an_outlook_that_another_version_stored_is_made_anew(student: User) -> None:
    schedule.look_ahead(student)
    StoredOutlook.objects.update(document={"curve": "of another kind"})
    assert schedule.read_outlook(student).outlook is None
    StoredOutlook.objects.update(facts="of another version")
    assert schedule.look_ahead(student) == schedule.read_outlook(student).outlook is not None


@pytest.mark.any_database
def test_without_an_exam_there_is_none(web: Client, student: User) -> None:
    Exam.objects.all().delete()
    assert "hx-get" not in web.get("/today/").content.decode()
    assert "No outlook yet" in web.get("/today/ahead/").content.decode()


@pytest.mark.any_database
def test_minutes_are_chosen_from_the_curve(web: Client, student: User) -> None:
    page = web.post("/today/minutes/", {"minutes": "45"}, follow=True).content.decode()
    student.refresh_from_db()
    assert student.daily_minutes == 45
    assert "From now on 45 minutes a day instead of 20." in page
    for nonsense in ("0", "481", "x", "", "-5", "1" * 40):
        assert "Choose 1 to 480" in web.post("/today/minutes/", {"minutes": nonsense}, follow=True).content.decode()
    student.refresh_from_db()
    assert student.daily_minutes == 45


@pytest.mark.any_database
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


@pytest.mark.any_database
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
