"""Reading writes nothing but the questions that it draws, and takes a fixed number of queries."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions.models import Lesson
from quizzes import presentations, schedule
from quizzes.exams import opening
from quizzes.models import Card, DailyPlan, Exam, Presentation, QuickCheck
from tests.conftest import Api

pytestmark = pytest.mark.database

WRITE = re.compile(r"^(INSERT|UPDATE|DELETE|REPLACE)\b|FOR UPDATE", re.IGNORECASE)
BEGIN = re.compile(r"^SAVEPOINT", re.IGNORECASE)
"""What stands in a test for the start of a transaction, which on SQLite waits for the write lock."""
DRAWN = re.compile(r'INSERT (OR IGNORE )?INTO "quizzes_presentation"')
CHECK = re.compile(r'INSERT INTO "quizzes_quickcheck"')
"""Which questions a lesson's check put today: what was answered stays among them all day."""

API = [
    "queue/",
    "exams/",
    "exams/tiny-exam/",
    "progress/",
    "packs/?days=7",
    "concepts/",
    "search/?q=penalty",
    "sync/",
    "sittings/",
    "me/",
    "lessons/",
    "lessons/{lesson}/",
    "lessons/{lesson}/quick-check/",
]
PAGES = [
    "/",
    "/today/",
    "/today/ahead/",
    "/review/",
    "/review/summary/",
    "/progress/",
    "/exams/",
    "/exams/tiny-exam/",
    "/concepts/",
    "/concepts/l2/",
    "/search/?q=penalty",
    "/settings/",
    "/lessons/",
    "/lessons/{lesson}/",
    "/lessons/{lesson}/read/",
    "/lessons/{lesson}/quick-check/",
]
READS = [f"/api/v1/{path}" for path in API] + PAGES


def writes(client: Client, path: str, *, begins: bool = False) -> list[str]:
    """The statements of a GET that write or lock; with `begins` also those that begin a transaction."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    assert response.status_code in (200, 302), (path, response.status_code)
    patterns = (WRITE, BEGIN) if begins else (WRITE,)
    return [query["sql"] for query in queries if any(pattern.search(query["sql"]) for pattern in patterns)]


@pytest.fixture
def lesson(course: object) -> str:
    return Lesson.objects.order_by("pk").values_list("slug", flat=True)[0]


@pytest.mark.parametrize("planned", [False, True], ids=["before the plan", "with a plan"])
def test_a_read_stores_nothing_but_the_questions_it_draws(api: Api, student: User, lesson: str, planned: bool) -> None:
    if planned:
        schedule.plan_day(student)
    for path in READS:
        Presentation.objects.all().delete()
        QuickCheck.objects.all().delete()
        allowed = (DRAWN, CHECK) if "quick-check" in path else (DRAWN,)
        statements = writes(api.client, path.format(lesson=lesson))
        assert [sql for sql in statements if not any(each.match(sql) for each in allowed)] == [], path
        assert len(statements) <= len(allowed), path
        assert writes(api.client, path.format(lesson=lesson), begins=True) == [], path
    assert DailyPlan.objects.filter(student=student).exists() is planned


@pytest.mark.any_database
def test_a_read_works_without_cards(api: Api, lesson: str) -> None:
    Card.objects.all().delete()
    for path in READS:
        assert writes(api.client, path.format(lesson=lesson), begins=True) == [], path
    assert not Card.objects.exists()


def test_reading_an_open_sitting_writes_nothing(api: Api, student: User) -> None:
    sitting, _ = opening.open_sitting(student, Exam.objects.get(kind="assessment"), timezone.now())
    assert writes(api.client, f"/api/v1/sittings/{sitting.pk}/", begins=True) == []
    assert writes(api.client, f"/sittings/{sitting.pk}/", begins=True) == []


@pytest.mark.any_database
def test_a_plan_that_is_computed_is_the_one_that_is_stored(api: Api, student: User) -> None:
    computed = api.queue()
    plan = schedule.plan_day(student)
    assert api.queue() == computed
    assert plan.planned_seconds == computed["planned_seconds"]


@pytest.mark.any_database
def test_a_pack_takes_a_fixed_number_of_queries(api: Api, django_assert_max_num_queries: Any) -> None:
    # The bank, what its items have in common, its sections: once a revision; and today's plan, which nobody has made.
    with django_assert_max_num_queries(35):
        cold = api.get("packs/")
    assert len(cold.json()["results"]) == 6
    presentations.forget_bodies()
    with django_assert_max_num_queries(26):
        api.get("packs/")


def test_a_quick_check_of_today_is_stored_once(api: Api, lesson: str, key: Callable[[str], Any]) -> None:
    first = api.get(f"lessons/{lesson}/quick-check/").json()
    assert api.get(f"lessons/{lesson}/quick-check/").json() == first
    assert QuickCheck.objects.count() == 1
