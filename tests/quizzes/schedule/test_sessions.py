"""A study session: it has a length, its total stays as it is, and it ends."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from examprep.models import User
from quizzes import schedule
from quizzes.models import Presentation
from quizzes.schedule import choose_session_tasks
from quizzes.schedule.facts import Task
from tests.conftest import wrong

Key = Callable[[str], Any]


def task(seconds: int) -> Task:
    return Task(uuid.uuid4(), ("",), seconds, new=True)


@pytest.mark.parametrize(("seconds", "chosen"), [(100, 2), (90, 2), (89, 1), (10, 1), (None, 3)])
def test_the_first_tasks_that_fit_at_least_one(seconds: int | None, chosen: int) -> None:
    tasks = [task(40), task(50), task(60)]
    assert [each["card"] for each in choose_session_tasks(tasks, seconds)] == [str(t.card) for t in tasks[:chosen]]


@pytest.fixture
def browser(student: User) -> Client:
    client = Client()
    client.force_login(student)
    return client


def asked(page: Any) -> dict[str, Any]:
    shown: dict[str, Any] = page.context["presentation"]
    return shown


def answer(browser: Client, shown: dict[str, Any], key: Any) -> Any:
    """Answer over REST what the page shows, as its form would, and return the page that follows."""
    fields = {"presentation": shown["id"], "event": str(uuid.uuid4())}
    if key == {"dont_know": True}:
        return browser.post("/review/", {**fields, "dont_know": "1"}, follow=True)
    for name, value in key.items():
        if name == "pairs":
            fields |= {f"left-{left}": right for left, right in value.items()}
        else:
            fields["step" if name == "order" else name] = value
    return browser.post("/review/", fields, follow=True)


@pytest.mark.django_db
@pytest.mark.parametrize("start", ["/review/", "/review/?plan", "/review/?minutes=20"])
def test_its_total_stays_while_one_errs_and_plans_anew(browser: Client, student: User, key: Key, start: str) -> None:
    student.daily_minutes = 3
    student.save()
    page = browser.get(start)
    planned = page.context["progress"]["total"]
    totals, places = [], []
    for at in range(planned):
        shown = asked(page)
        totals.append(page.context["progress"]["total"])
        places.append(page.context["progress"]["at"])
        right = key(shown["id"])
        feedback = answer(browser, shown, wrong(shown, right) if at % 2 else right)
        totals.append(feedback.context["progress"]["total"])
        if at == 0:
            # The day's plan grows meanwhile.
            schedule.plan_day(student, extra_seconds=600, now=timezone.now())
            assert schedule.load_queue(student).planned > planned
        page = browser.get("/review/", follow=True)
    assert set(totals) == {planned}
    assert places == [*range(1, planned + 1)]
    assert page.redirect_chain or page.context["progress"]["again"]


@pytest.mark.django_db
def test_it_ends_after_its_minutes_with_a_finish(browser: Client, student: User, key: Key) -> None:
    Presentation.objects.all().delete()
    page = browser.get("/review/?minutes=1")
    total = page.context["progress"]["total"]
    assert 1 <= total < 6
    for _ in range(total):
        shown = asked(page)
        answer(browser, shown, key(shown["id"]))
        page = browser.get("/review/", follow=True)
    assert page.request["PATH_INFO"] == "/review/summary/"
    assert "Your 1 minute" in page.content.decode()
    assert "left)" in page.content.decode()
    assert asked(browser.get("/review/"))


@pytest.mark.django_db
def test_what_was_missed_before_it_is_a_part_of_it(browser: Client, key: Key) -> None:
    """And what was missed earlier stays a part of the day, with or without a session."""
    for _ in range(6):
        shown = asked(browser.get("/review/"))
        answer(browser, shown, {"dont_know": True})
    page = browser.get("/review/")
    again = page.context["progress"]["again"]
    assert again
    browser.get("/review/summary/")
    page = browser.get("/review/?minutes=1")
    assert 1 <= page.context["progress"]["total"] <= again
    assert page.context["progress"]["again"] == 0
    shown = asked(page)
    feedback = answer(browser, shown, key(shown["id"]))
    assert feedback.context["progress"]["done"] == 1


@pytest.mark.django_db
def test_today_offers_lengths_that_are_shorter_than_the_plan(browser: Client) -> None:
    page = browser.get("/today/").content.decode()
    assert "minutes=5" in page
    assert "minutes=10" not in page  # six questions take less
    started = browser.get("/review/?minutes=nonsense")
    assert started.context["progress"]["total"] == 6
