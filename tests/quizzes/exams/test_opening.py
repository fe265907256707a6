"""An exam is begun."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Item
from quizzes import exams
from quizzes.exams.candidates import recency
from quizzes.exams.opening import check_may_begin
from quizzes.models import Exam

pytestmark = pytest.mark.any_database


def test_an_item_that_was_retired_since_leaves_the_exam_as_near_as_can_be(student: User) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    exam.blueprint = {"slots": 3, "difficulty": {5: 1, 1: 2}}
    exam.save()
    bank.retire(Item.objects.get(slug="name-of-the-fix"))
    opened, _ = exams.open_sitting(student, exam, timezone.now())
    assert opened.slots.count() == 3
    bank.retire(Item.objects.get(slug="decay-factor"))
    bank.retire(Item.objects.get(slug="true-of-l2"))
    bank.retire(Item.objects.get(slug="match-regularisers"))
    exams.close_sitting(student, opened.pk, timezone.now())
    with pytest.raises(exams.SittingError, match="needed"):
        exams.open_sitting(student, exam, timezone.now())


NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
BEFORE, AFTER = NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("fields", "begun", "code"),
    [
        ({}, 1000, None),
        ({"opens_at": NOW, "closes_at": AFTER}, 0, None),
        ({"opens_at": AFTER}, 0, "early"),
        ({"closes_at": NOW}, 0, "over"),
        ({"attempts": 2}, 1, None),
        ({"attempts": 2}, 2, "attempts"),
        ({"attempts": 2}, 3, "attempts"),
        ({"opens_at": BEFORE, "closes_at": NOW, "attempts": 1}, 1, "over"),
    ],
)
def test_when_another_sitting_may_begin(fields: dict[str, Any], begun: int, code: str | None) -> None:
    exam = Exam(**fields)
    if code is None:
        check_may_begin(exam, begun, NOW)
    else:
        with pytest.raises(exams.SittingError) as refused:
            check_may_begin(exam, begun, NOW)
        assert refused.value.code == code


@pytest.mark.parametrize(("days", "left"), [(0, 1.0), (7, 0.5), (14, 0.25), (3.5, 0.5**0.5)])
def test_an_item_seen_a_week_ago_counts_half(days: float, left: float) -> None:
    assert recency(NOW - timedelta(days=days), NOW) == pytest.approx(left)


def test_opening_takes_the_same_queries_however_many_slots(student: User) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    counts = []
    for slots in (6, 2, 6):
        exam.blueprint = {"slots": slots}
        exam.save()
        with CaptureQueriesContext(connection) as made:
            sitting, _ = exams.open_sitting(student, exam, timezone.now())
        counts.append(len(made))
        exams.close_sitting(student, sitting.pk, timezone.now())
    assert counts[1] == counts[2] <= 14, counts
    assert [slot.presentation.version.lesson.slug for slot in sitting.drawn or ()]
