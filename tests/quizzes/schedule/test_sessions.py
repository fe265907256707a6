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
    page = browser.get(start)
    totals, places = [], []
    for at in range(6):
        shown = asked(page)
        totals.append(page.context["progress"]["total"])
        places.append(page.context["progress"]["at"])
        right = key(shown["id"])
        feedback = answer(browser, shown, wrong(shown, right) if at % 2 else right)
        totals.append(feedback.context["progress"]["total"])
        if at == 2:
            # The day's plan grows meanwhile.
            schedule.plan_day(student, extra_seconds=600, now=timezone.now())
        page = browser.get("/review/", follow=True)
    assert set(totals) == {6}
    assert places == [1, 2, 3, 4, 5, 6]
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
def test_today_offers_lengths_that_are_shorter_than_the_plan(browser: Client) -> None:
    page = browser.get("/today/").content.decode()
    assert "minutes=5" in page
    assert "minutes=10" not in page  # six questions take less
    started = browser.get("/review/?minutes=nonsense")
    assert started.context["progress"]["total"] == 6
