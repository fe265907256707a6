"""A day ends by its plan or its minutes, what is said then stays so, and more is what was asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from examprep.models import User
from quizzes import progress, schedule
from quizzes.models import Card, DailyPlan, Job
from quizzes.schedule.relearning import LEECH, MAX_ANSWERS, REST_DAYS
from quizzes.views.template_tags.words import percent
from tests.conftest import Api, wrong

pytestmark = pytest.mark.any_database
Key = Callable[[str], Any]


@pytest.fixture
def clock(student: User) -> Any:
    with time_machine.travel(datetime(2026, 3, 10, 9, tzinfo=UTC), tick=False) as traveller:
        student.daily_minutes = 1
        student.save()
        yield traveller


def answer(api: Api, key: Key, *, right: bool = True, milliseconds: int = 1000) -> None:
    """Answer the first of the queue."""
    first = api.queue()["results"][0]
    response = key(first["id"])
    assert api.answer(first["id"], response if right else wrong(first, response), duration_ms=milliseconds)


def score(page: str) -> str:
    forms = (
        r"xpected[^:]*: <strong[^>]*>([^<]+)</strong>",
        r"<strong>([^<]+)</strong> expected",
        r"<span>([^<]+) now</span>",
    )
    found = next(match for form in forms if (match := re.search(form, page)))
    return found[1]


@pytest.mark.usefixtures("clock")
def test_a_quick_student_is_done_with_the_plan_and_stays_done(student: User, key: Key) -> None:
    api = Api(student)
    planned = schedule.load_queue(student).remaining
    assert 0 < planned < 6
    for _ in range(planned):
        answer(api, key)

    assert not Job.objects.exists()  # the plan is made already
    said = api.client.get("/review/summary/").content.decode()
    assert "Done for today" in said
    schedule.plan_day(student)  # and made again by whoever comes
    assert schedule.load_queue(student).remaining == 0
    later = api.client.get("/review/summary/").content.decode()
    assert score(later) == score(said)
    assert score(api.client.get("/today/").content.decode()) == score(said)


@pytest.mark.usefixtures("clock")
def test_pages_say_what_the_plan_will_say_that_is_still_to_be_made(student: User, key: Key) -> None:
    student.daily_minutes = 3
    student.save()
    api = Api(student)
    answer(api, key)
    assert Job.objects.exists()
    said = [score(api.client.get(path).content.decode()) for path in ("/review/summary/", "/today/")]
    schedule.plan_day(student)
    assert said == [score(api.client.get(path).content.decode()) for path in ("/review/summary/", "/today/")]
    assert said[0] == said[1]


@pytest.mark.usefixtures("clock")
def test_a_slow_student_is_done_with_the_minutes(student: User, key: Key) -> None:
    api = Api(student)
    answer(api, key, milliseconds=60_000)
    assert schedule.load_queue(student).remaining == 0


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("milliseconds", [1000, 300_000])
def test_a_minute_more_is_a_minute_more(student: User, key: Key, milliseconds: int) -> None:
    api = Api(student)
    while schedule.load_queue(student).remaining:
        answer(api, key, milliseconds=milliseconds)

    schedule.plan_day(student, extra_seconds=60)

    (plan,) = DailyPlan.objects.filter(student=student)
    seconds = [task["seconds"] for task in plan.tasks]
    assert sum(seconds) - max(seconds) < 60 <= sum(seconds)
    for _ in seconds:
        answer(api, key)
    assert schedule.load_queue(student).remaining == 0


def test_what_is_undone_after_the_last_answer_is_asked_again(student: User, key: Key, clock: Any) -> None:
    api = Api(student)
    while schedule.load_queue(student).remaining:
        answer(api, key)
    last = student.review_events.order_by("-sequence")[0]
    api.send({"id": str(Card().pk), "type": "undo", "target": str(last.event_id), "occurred_at": "2026-03-10T09:00Z"})
    assert [shown.pk for shown in schedule.load_queue(student).presentations] == [last.presentation_id]


def test_what_is_missed_last_comes_back_after_a_gap_and_not_for_ever(student: User, key: Key, clock: Any) -> None:
    api, page = Api(student), Client()
    page.force_login(student)
    for _ in range(schedule.load_queue(student).remaining - 1):
        answer(api, key)
    for asked in range(1, MAX_ANSWERS + 1):
        answer(api, key, right=False)
        queue = schedule.load_queue(student)
        assert queue.remaining == 0
        last = asked == MAX_ANSWERS
        assert queue.waiting == (not last)
        for address in ("/review/summary/", "/today/"):
            html = page.get(address).content.decode()
            assert ("Done for today" in html) == last
            assert ("comes back in 10 minutes" in html) == (not last)
        clock.shift(timedelta(minutes=10))
    assert schedule.load_queue(student).remaining == 0
    event = student.review_events.order_by("-sequence")[0]
    assert "Comes back tomorrow" in page.get(f"/review/{event.event_id}/").content.decode()
    clock.shift(timedelta(days=1))
    student.daily_minutes = 30
    student.save()
    assert schedule.load_queue(student).due >= 1


def test_repeats_on_the_same_day_were_neither_remembered_nor_predicted(student: User, key: Key, clock: Any) -> None:
    api = Api(student)
    for right in (False, False, True):
        while schedule.load_queue(student).remaining:
            answer(api, key, right=right)
        clock.shift(timedelta(minutes=10))
    past = progress.load_progress(student)
    assert (past.calibration, past.retention) == ([], None)
    clock.shift(timedelta(days=3))
    student.daily_minutes = 30
    student.save()
    while schedule.load_queue(student).remaining:
        answer(Api(student), key)
    past = progress.load_progress(student)
    assert sum(group.n for group in past.calibration) >= 1
    assert past.retention == 1


def test_what_keeps_being_forgotten_rests_and_says_what_helps(student: User, key: Key, clock: Any) -> None:
    api, page = Api(student), Client()
    page.force_login(student)
    student.daily_minutes = 30
    student.save()
    schedule.plan_day(student)
    first = api.queue()["results"][0]
    card = student.cards.get(item__slug=first["item"])
    Card.objects.filter(pk=card.pk).update(lapses=LEECH, stability=1.0, difficulty=9.0, reviews=9, first_rating=1)
    api.answer(first["id"], wrong(first, key(first["id"])))
    event = student.review_events.order_by("-sequence")[0]
    html = page.get(f"/review/{event.event_id}/").content.decode()
    assert "This one keeps slipping" in html
    clock.shift(timedelta(minutes=30))
    for days in range(REST_DAYS + 1):
        plan = schedule.plan_day(student)
        asked = {task["card"] for task in plan.tasks}
        assert (str(card.pk) in asked) == (days == REST_DAYS), days
        clock.shift(timedelta(days=1))


def test_the_end_of_a_day_says_what_was_gained_and_what_tomorrow_brings(student: User, key: Key, clock: Any) -> None:
    api, page = Api(student), Client()
    page.force_login(student)
    begun = schedule.plan_day(student).score_before
    assert begun is not None
    for _ in range(schedule.load_queue(student).remaining):
        answer(api, key)
    stored = DailyPlan.objects.get(student=student)
    assert stored.score_at_start == begun
    assert stored.score_before is not None
    assert stored.score_before > begun
    html = page.get("/review/summary/").content.decode()
    assert f"it was {percent(begun)} at the start of the day" in html
    assert "Tomorrow: 1 minute, whatever you did today." in html
    for address in ("/review/summary/", "/today/"):
        assert "Based on what you remember" in page.get(address).content.decode()
    clock.shift(timedelta(days=1))
    tomorrow = schedule.plan_day(student)
    assert tomorrow.score_at_start == tomorrow.score_before
