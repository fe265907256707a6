"""The questions that were missed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from quizzes import exams, schedule
from quizzes.models import Exam
from quizzes.progress import load_missed
from tests.conftest import Api, wrong

pytestmark = pytest.mark.database
Key = Callable[[str], Any]


def answer_all_wrong(api: Api, key: Key) -> list[dict[str, Any]]:
    asked: list[dict[str, Any]] = api.queue()["results"]
    for each in asked:
        api.answer(each["id"], wrong(each, key(each["id"])))
    return asked


def test_only_items_whose_last_answer_was_not_right(api: Api, student: User, key: Key) -> None:
    asked = answer_all_wrong(api, key)
    assert [one.presentation.version.item.slug for one in load_missed(student)] == [
        each["item"] for each in asked[::-1]
    ]
    again = schedule.ask_item(student, load_missed(student)[0].presentation.version.item_id, timezone.now())
    assert again
    api.answer(str(again.pk), key(str(again.pk)))
    assert len(load_missed(student)) == len(asked) - 1


@pytest.mark.any_database
def test_the_page_shows_what_is_right_and_why_in_a_fixed_number_of_queries(api: Api, student: User, key: Key) -> None:
    client = Client()
    client.force_login(student)
    assert "Nothing here yet. Questions you get wrong are kept here" in client.get("/progress/missed/").content.decode()
    first = api.queue()["results"][0]
    api.answer(first["id"], wrong(first, key(first["id"])))
    with CaptureQueriesContext(connection) as few:
        client.get("/progress/missed/")
    asked = answer_all_wrong(api, key)
    with CaptureQueriesContext(connection) as many:
        page = client.get("/progress/missed/").content.decode()
    assert len(many) <= len(few) + 1
    assert page.count("Correct answer") == len(asked) + 1
    assert "KEY-EXPLANATION" in page


@pytest.mark.any_database
def test_what_an_open_exam_asks_is_kept_back(api: Api, student: User, stranger: User, key: Key) -> None:
    answer_all_wrong(api, key)
    assert load_missed(stranger) == []
    exams.open_sitting(student, Exam.objects.get(slug="tiny-exam"), timezone.now())
    asked = set(student.sittings.get().slots.values_list("presentation__version__item", flat=True))
    assert asked
    assert not asked & {one.presentation.version.item_id for one in load_missed(student)}
