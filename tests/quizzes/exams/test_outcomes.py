"""Closed sittings are packed for the statistics of their exams, and reading them reads no slot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions.models import Course
from quizzes import exams, schedule
from quizzes.exams.outcomes import GradedSlot, pack, unpack
from quizzes.models import Exam, SittingOutcome
from tests.quizzes.exams.test_cohort import sit

Key = Callable[[str], Any]
NOW = timezone.now()


@pytest.fixture
def exam(course: Course) -> Exam:
    return Exam.objects.get(slug="tiny-exam")


def stored() -> dict[Any, tuple[bytes, str]]:
    return {outcome.pk: (bytes(outcome.slots), outcome.picked) for outcome in SittingOutcome.objects.all()}


def test_what_is_packed_comes_out_again() -> None:
    first = [GradedSlot(7, 70, 0.5, ["a", "b", "a"]), GradedSlot(9, 90, 0.0, [])]
    asked = unpack([pack(first, met_before={9}), pack([]), pack([GradedSlot(7, 71, 1.0, ["b"])])])
    assert asked.row.tolist() == [0, 0, 2]
    assert asked.item.tolist() == [7, 9, 7]
    assert asked.version.tolist() == [70, 90, 71]
    assert asked.score.tolist() == [0.5, 0.0, 1.0]
    assert asked.is_first.tolist() == [True, False, True]
    picks = asked.picks_of(asked.row[:0].astype(int))
    assert picks.student.tolist() == []
    picks = asked.picks_of(asked.item.argsort(kind="stable"))
    assert [(picks.texts[text], student) for text, student in zip(picks.text, picks.student, strict=True)] == [
        ("a", 0),
        ("b", 0),
        ("b", 1),
    ]


def test_results_read_what_closing_stored_and_no_slot(exam: Exam, key: Key) -> None:
    for at, ability in enumerate((5, 3, 0)):
        sit(exam, f"s{at}", ability, key)
    sit(exam, "s0", 4, key, days=1)
    for scope in ("first", "all"):
        with CaptureQueriesContext(connection) as queries:
            packed = exams.cohort_results(exam, scope)
        read = " ".join(query["sql"] for query in queries)
        assert "quizzes_slot" not in read
        assert "quizzes_presentation" not in read
        outcomes = stored()
        SittingOutcome.objects.all().delete()
        assert exams.cohort_results(exam, scope) == packed
        SittingOutcome.objects.bulk_create(
            SittingOutcome(sitting_id=pk, slots=slots, picked=picked) for pk, (slots, picked) in outcomes.items()
        )


def test_the_migration_packs_what_was_closed_before(exam: Exam, key: Key, student: User) -> None:
    for at, ability in enumerate((5, 2)):
        sit(exam, f"s{at}", ability, key)
    sit(exam, "s0", 6, key, days=1)
    exams.open_sitting(student, exam, NOW)
    before = stored()
    SittingOutcome.objects.all().delete()
    import_module("quizzes.migrations.0007_sitting_outcomes").pack_closed(apps, None)
    assert stored() == before
    assert len(before) == 3


@pytest.mark.any_database
def test_who_is_begun_later_and_closed_earlier_met_nothing_first(exam: Exam, student: User) -> None:
    other = Exam.objects.create(
        course=exam.course, slug="rehearsal", title="R", kind=exam.kind, minutes=30, blueprint=exam.blueprint
    )
    schedule.enrol(student, exam.course)
    early, _ = exams.open_sitting(student, other, NOW)
    late, _ = exams.open_sitting(student, exam, NOW + timedelta(minutes=1))
    exams.close_sitting(student, late.pk, NOW + timedelta(minutes=2))
    assert len(exams.cohort_results(exam).items) == 6
    exams.close_sitting(student, early.pk, NOW + timedelta(minutes=3))
    assert exams.cohort_results(exam).items == []
    assert len(exams.cohort_results(other).items) == 6
    kept = stored()
    SittingOutcome.objects.all().delete()
    import_module("quizzes.migrations.0007_sitting_outcomes").pack_closed(apps, None)
    assert stored() == kept
