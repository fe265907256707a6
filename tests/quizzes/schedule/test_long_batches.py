"""A long batch is taken in piece by piece, and planned for once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from quizzes import schedule
from quizzes.models import DailyPlan, Job, ReviewEvent
from quizzes.schedule import answering
from tests.conftest import Api, review

pytestmark = pytest.mark.database
Key = Callable[[str], Any]


@pytest.fixture
def batch(api: Api, student: User, key: Key, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Answers to all that a day asks, in three pieces."""
    monkeypatch.setattr(answering, "PIECE", 2)
    schedule.plan_day(student)
    events = [review(each["id"], key(each["id"])) for each in api.queue()["results"]]
    assert len(events) == 6
    return {"device": str(uuid.uuid4()), "device_now": timezone.now().isoformat(), "events": events}


def plans_stored(student: User, batch: dict[str, Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        schedule.answer(student, batch)
    return sum('UPDATE "quizzes_dailyplan"' in query["sql"] for query in captured)


def test_the_plan_is_made_once_after_the_last_piece(student: User, batch: dict[str, Any]) -> None:
    assert plans_stored(student, batch) == 1
    plan = DailyPlan.objects.get(student=student)
    assert (plan.tasks, len(plan.done_tasks)) == ([], 6)
    assert not Job.objects.filter(kind=Job.Kind.PLAN, student=student).exists()
    assert plans_stored(student, batch) == 0, "nothing is new of it"


@pytest.mark.any_database
def test_it_is_made_where_the_last_piece_came_before(student: User, batch: dict[str, Any]) -> None:
    *rest, last = batch["events"]
    schedule.answer(student, {**batch, "events": [last]})
    assert plans_stored(student, {**batch, "events": [*rest, last]}) == 1


@pytest.mark.any_database
def test_a_worker_makes_it_where_a_batch_breaks_off(
    student: User, batch: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as broken:
        broken.setattr(answering, "load_day_state", refuse)
        with pytest.raises(OperationalError):
            schedule.answer(student, batch)
    assert ReviewEvent.objects.count() == 4
    assert Job.objects.filter(kind=Job.Kind.PLAN, student=student).exists()

    statuses = [result["status"] for result in schedule.answer(student, batch)["results"]]
    assert statuses == 4 * ["duplicate"] + 2 * ["accepted"]
    assert DailyPlan.objects.get(student=student).tasks == []
