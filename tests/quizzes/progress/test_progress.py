"""The progress page: streak, calendar, what comes, predictions, concepts and exams."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from tests.conftest import Api

pytestmark = pytest.mark.any_database
Key = Callable[[str], Any]


@pytest.fixture
def web(student: User) -> Client:
    client = Client()
    client.force_login(student)
    return client


@pytest.mark.usefixtures("noon")  # in 31 days by the calendar, until a study day begins
def test_a_newcomer_is_told_what_will_be_there(web: Client) -> None:
    html = web.get("/progress/").content.decode()
    assert "Every day on which you answer will get a square here." in html
    assert "Nothing comes back in the next 30 days" in html
    assert "Predictions and results will be compared here." in html
    assert "Tiny exam" in html
    assert "in 30 days" in html


def test_the_page_says_what_the_api_says(web: Client, student: User, key: Key) -> None:
    begin = timezone.now().replace(hour=12)
    with time_machine.travel(begin) as clock:
        for day in range(5):
            clock.move_to(begin + timedelta(days=day))
            api = Api(student)
            for one in api.queue()["results"]:
                api.answer(one["id"], key(one["id"]))
        said = api.get("progress/").json()
        html = web.get("/progress/").content.decode()
    figures = re.findall(r"<dd>([^<]+)</dd>", html)
    assert figures[:2] == [str(said["streak"]), str(sum(said["reviews_by_day"].values()))]
    assert figures[2].startswith(f"{100 * said['retention']:.0f}")
    tables = [re.findall(r"<td>(\d+)</td></tr>", table) for table in html.split("<table")[1:]]
    weeks, coming, predicted = ([int(count) for count in table] for table in tables)
    assert sum(weeks) == sum(said["reviews_by_day"].values())
    assert coming == list(said["forecast_by_day"].values())
    assert predicted == [one["n"] for one in said["calibration"]]
    squares = [square for square in re.findall(r'<rect class="level-(\d)"[^>]*><title>', html) if square != "0"]
    assert len(squares) == len(said["reviews_by_day"])
    assert 'href="/courses/tiny/concepts/l2/"' in html


def test_the_memorys_parameters_are_read_once(web: Client) -> None:
    for path in ("/progress/", "/api/v1/progress/"):
        with CaptureQueriesContext(connection) as queries:
            web.get(path)
        assert sum('FROM "quizzes_changelog"' in query["sql"] for query in queries) == 1, path


def test_nobody_sees_anothers_progress(web: Client, stranger: User, key: Key) -> None:
    api = Api(stranger)
    for one in api.queue()["results"]:
        api.answer(one["id"], key(one["id"]))
    assert "Every day on which you answer will get a square here." in web.get("/progress/").content.decode()
    assert Client().get("/progress/")["Location"] == "/accounts/login/?next=/progress/"
