"""A sitting is closed: once, in a fixed number of queries, and with the score to expect before and after."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions import kinds
from quizzes import exams, schedule
from quizzes.exams.releasing import forecast_payload
from quizzes.models import DailyPlan, Exam, ReviewEvent, Sitting
from quizzes.reviews import change_log
from tests.logs import statements

Key = Callable[[str], Any]
HOUR = timedelta(hours=1)


def sit(student: User, key: Key, *, slots: int = 6, answered: int = 6) -> Sitting:
    """An open sitting of so many slots, the first ones answered rightly."""
    exam = Exam.objects.get(slug="tiny-exam")
    exam.blueprint = {"slots": slots}
    exam.save()
    sitting, _ = exams.open_sitting(student, exam, timezone.now())
    for slot in sitting.slots.all()[:answered]:
        exams.save_answer(student, sitting.pk, slot.number, key(str(slot.presentation_id)), 0, timezone.now())
    return sitting


@pytest.mark.any_database
@pytest.mark.parametrize("answered", [0, 4, 6])
def test_the_forecast_is_that_of_the_states_before_and_after(student: User, key: Key, answered: int) -> None:
    exam, now = Exam.objects.get(slug="tiny-exam"), timezone.now()

    def forecast() -> Any:
        with transaction.atomic():
            facts = schedule.load_forecast_facts(change_log.lock(student, now), exam, now)
        return forecast_payload(facts, facts)["before"]

    sitting = sit(student, key, answered=answered)
    before = forecast()
    closed = exams.close_sitting(student, sitting.pk, now)
    assert closed.forecast == {"before": before, "after": forecast()}
    assert (closed.forecast["after"]["score"] > before["score"]) == bool(answered)


@pytest.mark.any_database
def test_after_the_exam_no_score_is_expected(student: User, key: Key) -> None:
    assert forecast_payload(None, None) == {"before": None, "after": None}
    sitting = sit(student, key)
    Exam.objects.update(starts_at=timezone.now())
    closed = exams.close_sitting(student, sitting.pk, timezone.now())
    assert closed.forecast == {"before": None, "after": None}


def test_the_plan_that_follows_is_the_one_of_the_states_as_they_are_stored(student: User, key: Key) -> None:
    student.daily_minutes, now = 1, timezone.now()
    student.save()
    schedule.plan_day(student, now=now)
    sitting = sit(student, key)
    with CaptureQueriesContext(connection) as made:
        exams.close_sitting(student, sitting.pk, now)
    assert len([query for query in made if 'FROM "quizzes_exam"' in query["sql"]]) == 1  # facts are loaded once
    (followed,) = DailyPlan.objects.values("tasks", "done_tasks", "planned_seconds", "score_before", "score_after")
    assert followed["done_tasks"]
    plan = schedule.plan_day(student, now=now)
    assert followed == {name: getattr(plan, name) for name in followed}


@pytest.mark.any_database
def test_closing_takes_the_same_queries_however_many_slots(student: User, key: Key) -> None:
    counts = []
    for slots in (6, 2, 6):
        sitting = sit(student, key, slots=slots, answered=slots - 1)
        # Whether a plan is made with it is not the question here.
        with CaptureQueriesContext(connection) as made, patch("quizzes.schedule.plan_after_answers"):
            exams.close_sitting(student, sitting.pk, timezone.now())
        counts.append(len(statements(made)))
    assert counts[1] == counts[2] <= 21, counts


def test_each_answer_is_graded_once(student: User, key: Key) -> None:
    sitting = sit(student, key)
    with ExitStack() as patches:
        graded = [
            patches.enter_context(patch.object(kind, "grade", autospec=True, side_effect=vars(kind)["grade"]))
            for kind in {each for kind in kinds.KINDS.values() for each in type(kind).__mro__ if "grade" in vars(each)}
        ]
        patches.enter_context(patch("quizzes.exams.closing.store_outcome"))  # it asks what typed words amount to
        closed = exams.close_sitting(student, sitting.pk, timezone.now())
    assert closed.score == 6
    assert sum(mock.call_count for mock in graded) == 6
    assert ReviewEvent.objects.filter(score=1).count() == 6


@pytest.mark.any_database
def test_closing_twice_changes_nothing(student: User, key: Key) -> None:
    sitting = sit(student, key)
    closed = exams.close_sitting(student, sitting.pk, timezone.now())
    again = exams.close_sitting(student, sitting.pk, sitting.deadline_at + HOUR)
    assert (again.state, again.closed_at, again.score) == ("submitted", closed.closed_at, 6)
    assert ReviewEvent.objects.count() == 6


@pytest.mark.any_database
@pytest.mark.parametrize(("late", "state"), [(-1, "submitted"), (5, "submitted"), (6, "expired")])
def test_the_clock_says_whether_it_was_submitted_or_expired(student: User, key: Key, late: int, state: str) -> None:
    sitting = sit(student, key)
    now = sitting.deadline_at + timedelta(seconds=late)
    closed = exams.close_sitting(student, sitting.pk, now)
    assert closed.state == state
    assert closed.closed_at == (now if state == "submitted" else sitting.deadline_at)


@pytest.mark.any_database
def test_the_sitting_of_another_cannot_be_closed(student: User, stranger: User, key: Key) -> None:
    sitting = sit(student, key)
    with pytest.raises(Sitting.DoesNotExist):
        exams.close_sitting(stranger, sitting.pk, timezone.now())
    sitting.refresh_from_db()
    assert sitting.is_open
