"""A student's plan for a day."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Course, Item
from quizzes import schedule, tasks
from quizzes.models import Card, DailyPlan, Enrolment, Job, Presentation
from quizzes.reviews import change_log
from tests.conftest import Api, wrong

pytestmark = pytest.mark.database


@pytest.mark.any_database
def test_the_plan_fits_into_the_minutes(student: User) -> None:
    student.daily_minutes = 2
    student.save()

    plan = schedule.plan_day(student)

    assert 0 < plan.planned_seconds <= 2 * 60 + max(task["seconds"] for task in plan.tasks)
    assert len(plan.tasks) < 6


@pytest.mark.any_database
def test_making_it_twice_gives_the_same_plan(student: User) -> None:
    now = timezone.now()
    first = schedule.plan_day(student, now=now).tasks

    assert schedule.plan_day(student, now=now).tasks == first
    assert DailyPlan.objects.filter(student=student).count() == 1
    assert Card.objects.filter(student=student).count() == 8


@pytest.mark.any_database
def test_the_task_is_safe_to_run_twice_late_or_for_nobody(student: User) -> None:
    tasks.plan_student(student.pk)
    before = DailyPlan.objects.get(student=student).tasks

    tasks.plan_student(student.pk)
    tasks.plan_student(987_654)

    assert DailyPlan.objects.get(student=student).tasks == before


@pytest.mark.any_database
def test_the_plan_expects_a_better_exam(student: User) -> None:
    plan = schedule.plan_day(student)

    assert plan.score_before is not None
    assert plan.score_after is not None
    assert 0 <= plan.score_before < plan.score_after <= 1


@pytest.mark.any_database
def test_more_minutes_add_to_todays_plan(api: Api, student: User, key: Callable[[str], Any]) -> None:
    student.daily_minutes = 1
    student.save()
    schedule.plan_day(student)
    few = len(api.queue()["results"])

    schedule.plan_day(student, extra_seconds=600)

    assert len(api.queue()["results"]) > few
    schedule.plan_day(student)
    assert len(api.queue()["results"]) > few


@pytest.mark.any_database
def test_an_answer_asks_for_a_new_plan_and_the_sweep_finds_it(
    api: Api, student: User, key: Callable[[str], Any]
) -> None:
    schedule.plan_day(student)
    assert not Job.objects.exists()
    one = api.queue()["results"][0]

    api.answer(one["id"], wrong(one, key(one["id"])))

    assert Job.objects.get().student == student
    schedule.plan_day(student)
    assert not Job.objects.exists()


def test_a_new_day_in_the_students_zone_wants_a_plan(student: User) -> None:
    student.time_zone = "Pacific/Auckland"
    student.save()
    noon = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    schedule.plan_day(student, now=noon)

    assert schedule.enqueue_new_days(noon + timedelta(hours=3, minutes=59)) == 0
    assert schedule.enqueue_new_days(noon + timedelta(hours=4)) == 1
    assert Job.objects.get().student == student
    assert schedule.enqueue_new_days(noon + timedelta(hours=4)) == 0


@pytest.mark.parametrize(
    ("zone", "evening", "next_day"),
    [
        ("Europe/Berlin", datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 3, 29, 2, tzinfo=UTC)),  # to summer
        ("Europe/Berlin", datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 10, 25, 3, tzinfo=UTC)),  # and back
        ("Asia/Kathmandu", datetime(2026, 6, 1, 12, tzinfo=UTC), datetime(2026, 6, 1, 22, 15, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 1, 2, tzinfo=UTC), datetime(2026, 11, 1, 9, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_the_students_hour_whatever_the_clocks_do(
    student: User, zone: str, evening: datetime, next_day: datetime
) -> None:
    student.time_zone = zone
    student.save()
    schedule.plan_day(student, now=evening)

    assert schedule.enqueue_new_days(next_day - timedelta(seconds=1)) == 0
    assert schedule.enqueue_new_days(next_day) == 1


@pytest.mark.any_database
def test_new_days_are_wanted_in_chunks(course: Course) -> None:
    for number in range(5):
        schedule.enrol(User.objects.create_user(f"student-{number}"), course)
    Job.objects.all().delete()
    now = timezone.now()
    assert [schedule.enqueue_new_days(now, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_a_retired_item_is_asked_no_more_and_a_new_version_replaces_the_old(api: Api, student: User) -> None:
    waiting = {one["item"]: one["id"] for one in api.queue()["results"]}
    bank.retire(Item.objects.get(slug="order-of-a-step"))
    item = Item.objects.get(slug="penalty-target")
    item.draft = {**item.draft, "stem": "What shrinks under L2?"}
    item.save()
    bank.publish(item, seeds=20)

    asked = {one["item"]: one for one in api.queue()["results"]}

    assert "order-of-a-step" not in asked
    assert asked["penalty-target"]["id"] != waiting["penalty-target"]
    assert asked["penalty-target"]["prompt"]["stem"] == "What shrinks under L2?"


@pytest.mark.any_database
def test_an_answer_to_a_superseded_version_still_counts(api: Api, key: Callable[[str], Any]) -> None:
    one = next(one for one in api.queue()["results"] if one["item"] == "penalty-target")
    item = Item.objects.get(slug="penalty-target")
    item.draft = {**item.draft, "stem": "What shrinks under L2?"}
    item.save()
    bank.publish(item, seeds=20)
    api.queue()

    assert api.answer(one["id"], key(one["id"]))["status"] == "accepted"


@pytest.mark.any_database
def test_settings_move_due_dates_and_want_a_new_plan(api: Api, student: User, key: Callable[[str], Any]) -> None:
    one = next(one for one in api.queue()["results"] if one["kind"] == "single_choice")
    api.answer(one["id"], key(one["id"]))
    before = Card.objects.get(pk=one["card"])

    assert api.patch("me/", {"desired_retention": 0.75}).status_code == 200

    after = Card.objects.get(pk=one["card"])
    assert after.due_at is not None
    assert before.due_at is not None
    assert after.due_at > before.due_at
    assert after.stability == before.stability
    assert Job.objects.filter(student=student, kind="plan").exists()


def test_a_presentation_is_drawn_once_however_often_it_is_asked_for(api: Api, student: User) -> None:
    api.queue()
    api.queue()

    assert Presentation.objects.filter(student=student).count() == 6


def test_enrolling_creates_the_cards(student: User, course: Course) -> None:
    facets = Item.objects.published().values_list("published__facets", flat=True)
    assert Card.objects.filter(student=student).count() == sum(map(len, facets))


def test_a_newly_published_item_gets_its_cards_with_a_plan_that_the_sweep_asks_for(
    student: User, stranger: User, course: Course
) -> None:
    for each in (student, stranger):
        schedule.plan_day(each)
    Card.objects.filter(item__slug="penalty-target").delete()
    assert schedule.enqueue_new_items(timezone.now()) == 0
    item = Item.objects.get(slug="penalty-target")
    item.draft = {**item.draft, "stem": "What shrinks under L2?"}
    item.save()
    bank.publish(item, seeds=20)

    assert schedule.enqueue_new_items(timezone.now(), limit=1) == 1
    assert schedule.enqueue_new_items(timezone.now()) == 1
    assert schedule.enqueue_new_items(timezone.now()) == 0
    tasks.plan_student(student.pk)

    assert Card.objects.get(item=item).student == student
    assert not Job.objects.filter(student=student).exists()
    assert schedule.enqueue_new_items(timezone.now()) == 0


@pytest.mark.any_database
def test_where_no_card_is_missing_nothing_is_stored(student: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        schedule.ensure_cards(student)
    assert not [query["sql"] for query in queries if query["sql"].startswith(("UPDATE", "INSERT"))]


@pytest.mark.any_database
def test_a_plan_looks_for_missing_cards_only_where_something_was_published(
    student: User, django_assert_num_queries: Any
) -> None:
    schedule.plan_day(student)
    log = change_log.lock(student, timezone.now())
    with django_assert_num_queries(1):
        schedule.create_missing_cards([log])


def test_who_is_enrolled_in_the_admin_has_cards_and_who_is_otherwise_gets_them_with_the_sweep(course: Course) -> None:
    boss = User.objects.create_superuser("boss")
    added, stored = User.objects.create_user("added"), User.objects.create_user("stored")
    browser = Client()
    browser.force_login(boss)
    form = {"student": added.pk, "course": course.pk, "extra_time_percent": 0}
    assert browser.post("/admin/quizzes/enrolment/add/", form).status_code == 302
    assert Card.objects.filter(student=added).exists()
    assert Job.objects.get().student == added

    Enrolment.objects.create(student=stored, course=course)
    assert schedule.enqueue_new_items(timezone.now()) == 1
    tasks.plan_student(stored.pk)
    assert Card.objects.filter(student=stored).exists()
