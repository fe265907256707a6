"""Exams with the score to expect, and a student's progress."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from quizzes import schedule
from quizzes.models import Exam
from tests.conftest import Api, wrong

pytestmark = pytest.mark.database
Key = Callable[[str], Any]


@pytest.mark.any_database
def test_exams_tell_their_date_and_the_score_to_expect(api: Api, student: User, key: Key) -> None:
    assert api.get("exams/tiny-exam/").json()["expected_score_if_kept"] is None  # no worker has computed it yet
    schedule.look_ahead(student)
    exam, _ = api.get("exams/").json()["results"]
    assert (exam["slug"], exam["kind"], exam["minutes"]) == ("tiny-exam", "assessment", 30)
    assert exam["blueprint"]["concepts"] == {"l2": 1, "factor": 1}
    low, high = exam["expected_score_interval"]
    assert 0 <= low <= exam["expected_score"] <= high <= 1
    assert exam["expected_score"] < exam["expected_score_if_kept"]
    for one in api.queue()["results"]:
        api.answer(one["id"], key(one["id"]))
    after = api.get("exams/tiny-exam/").json()
    assert after["expected_score"] > exam["expected_score"]
    assert api.get("exams/nothing/").status_code == 404


def test_an_exam_that_is_over_or_has_no_date_expects_nothing(api: Api) -> None:
    Exam.objects.update(starts_at=timezone.now() - timedelta(days=1))
    assert api.get("exams/tiny-exam/").json()["expected_score"] is None
    Exam.objects.update(starts_at=None)
    exam = api.get("exams/tiny-exam/").json()
    assert (exam["starts_at"], exam["expected_score_if_kept"]) == (None, None)


@pytest.mark.any_database
def test_the_students_own_date_counts(api: Api, student: User) -> None:
    own = timezone.now() + timedelta(days=5)
    student.enrolments.update(exam_at=own)
    assert api.get("exams/tiny-exam/").json()["starts_at"][:19] == own.isoformat()[:19]


@pytest.mark.any_database
def test_exams_of_other_courses_do_not_exist(api: Api, student: User) -> None:
    student.enrolments.all().delete()
    assert api.get("exams/").json() == {"results": [], "next": None}
    assert api.get("exams/tiny-exam/").status_code == 404


@pytest.mark.any_database
def test_progress_counts_days_and_what_was_predicted(api: Api, student: User, key: Key) -> None:
    begin = timezone.now().replace(hour=12)
    with time_machine.travel(begin) as clock:
        for day in range(4):
            clock.move_to(begin + timedelta(days=day))
            api = Api(student)
            if day != 2:
                schedule.plan_day(student)
                for one in api.queue()["results"]:
                    right = key(one["id"])
                    api.answer(one["id"], wrong(one, right) if one["kind"] == "ordering" else right)
            else:
                schedule.set_day_off(student, off=True)
        found = api.get("progress/").json()
        assert found["streak"] == 3
        assert len(found["reviews_by_day"]) == 3
        assert len(found["forecast_by_day"]) == 30
        assert sum(found["forecast_by_day"].values()) <= 6
        assert sum(one["n"] for one in found["calibration"]) > 0
        assert 0 <= found["retention"] < 1
        assert {one["slug"] for one in found["concepts"]} == {"l2", "factor"}
        assert all(one["low"] <= one["mastery"] <= one["high"] for one in found["concepts"])
        assert found["exams"][0]["slug"] == "tiny-exam"

        clock.move_to(begin + timedelta(days=4))
        assert Api(student).get("progress/").json()["streak"] == 3  # today is not over
        clock.move_to(begin + timedelta(days=5))
        assert Api(student).get("progress/").json()["streak"] == 0


def test_a_newcomers_progress_is_empty(api: Api) -> None:
    found = api.get("progress/").json()
    assert (found["streak"], found["reviews_by_day"], found["calibration"], found["retention"]) == (0, {}, [], None)


@pytest.mark.any_database
def test_it_takes_a_fixed_number_of_queries(api: Api, key: Key) -> None:
    def queries() -> int:
        api.queue()
        api.get("progress/")
        with CaptureQueriesContext(connection) as captured:
            api.get("progress/")
        return len(captured)

    few = queries()
    for one in api.queue()["results"]:
        api.answer(one["id"], key(one["id"]))
    assert queries() == few <= 30
