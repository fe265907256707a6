"""Days that were missed, and days off."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone

from examprep.models import User
from quizzes import schedule
from quizzes.calendar import study_day
from quizzes.models import DailyPlan, ReviewEvent

pytestmark = pytest.mark.any_database


def answer(student: User, on: date, *, undone: bool = False) -> None:
    now = timezone.now()
    ReviewEvent.objects.create(
        student=student,
        event_id=uuid.uuid4(),
        sequence=ReviewEvent.objects.count() + 1_000_000,
        type=ReviewEvent.Type.REVIEW,
        body_hash="",
        device=uuid.uuid4(),
        device_occurred_at=now,
        occurred_at=now,
        study_date=on,
        received_at=now,
        undone=undone,
    )


@pytest.mark.parametrize(
    ("answered", "undone", "off", "missed"),
    [
        ([], [], [], 0),  # a newcomer misses nothing
        ([1], [], [], 0),
        ([3], [], [], 2),
        ([0, 3], [], [], 0),  # back already
        ([3], [0], [], 2),  # what was undone today does not count
        ([3], [], [1, 2], 0),
        ([5, 9], [], [2, 7, 0], 3),  # only days off since the last answer
    ],
)
def test_days_without_an_answer_back_to_the_last_one(
    student: User, answered: list[int], undone: list[int], off: list[int], missed: int
) -> None:
    day = study_day(student, timezone.now())
    for ago in answered:
        answer(student, day.date - timedelta(days=ago))
    for ago in undone:
        answer(student, day.date - timedelta(days=ago), undone=True)
    for ago in off:
        DailyPlan.objects.create(
            student=student,
            date=day.date - timedelta(days=ago),
            day_off=True,
            tasks=[],
            planned_seconds=0,
            made_at=timezone.now(),
        )
    assert schedule.count_days_missed(student, day) == missed


@pytest.mark.parametrize(("ago", "allowed"), [(6, False), (7, True)])
def test_a_day_off_comes_a_week_after_the_last(student: User, ago: int, allowed: bool) -> None:
    now = timezone.now()
    schedule.set_day_off(student, off=True, now=now - timedelta(days=ago))
    if allowed:
        assert schedule.set_day_off(student, off=True, now=now).day_off
        return
    with pytest.raises(schedule.TooSoonError) as caught:
        schedule.set_day_off(student, off=True, now=now)
    assert caught.value.next_on == study_day(student, now).date + timedelta(days=1)
    assert not schedule.set_day_off(student, off=False, now=now).day_off
