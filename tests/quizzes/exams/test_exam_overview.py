"""The exams of a student: those ahead with their sittings, and when one can be begun."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from quizzes import exams
from quizzes.exams.exam_overview import exam_status
from quizzes.models import Exam, Sitting

NOW = timezone.now()


def opened(student: User, slug: str = "tiny-exam") -> Sitting:
    return exams.open_sitting(student, Exam.objects.get(slug=slug), timezone.now())[0]


@pytest.mark.any_database
def test_the_exams_ahead_with_their_sittings(student: User, stranger: User) -> None:
    now = timezone.now()
    first, viva = exams.list_exams(student, now)
    assert (first.exam.slug, first.slots, first.unit) == ("tiny-exam", 6, "questions")
    assert (viva.exam.slug, viva.slots, viva.unit, viva.parts) == ("tiny-viva", 1, "rounds", [])
    assert (first.open, first.taken, first.best, first.attempts_left) == (None, 0, None, None)

    sitting = opened(student)
    opened(stranger)
    slot = sitting.slots.get(presentation__version__kind="short_text")
    exams.save_answer(student, sitting.pk, slot.number, {"text": "AdamW"}, 0, timezone.now())
    assert exams.list_exams(student, now)[0].open == sitting
    exams.close_sitting(student, sitting.pk, timezone.now())
    after = exams.list_exams(student, now)[0]
    assert (after.open, after.taken) == (None, 1)
    assert after.best == pytest.approx(1 / 6)
    assert [each.pk for each in exams.closed_sittings(student, after.exam)] == [sitting.pk]
    assert not exams.closed_sittings(student, viva.exam).exists()


def test_an_exam_that_is_over_comes_last(student: User) -> None:
    Exam.objects.filter(slug="tiny-exam").update(starts_at=timezone.now() - timedelta(days=4))
    assert [status.exam.slug for status in exams.list_exams(student, timezone.now())] == ["tiny-viva", "tiny-exam"]


@pytest.mark.any_database
def test_when_an_exam_can_be_begun(student: User) -> None:
    now = timezone.now()
    ahead = exams.list_exams(student, now)[0]
    exam = ahead.exam
    assert ahead.state(now) == "ready"
    exam.opens_at = now + timedelta(seconds=1)
    assert ahead.state(now) == "early"
    assert ahead.state(exam.opens_at) == "ready"
    exam.closes_at = now + timedelta(hours=1)
    assert ahead.state(exam.closes_at) == "over"
    exam.attempts = 0
    assert ahead.state(exam.opens_at) == "used"
    sitting = opened(student)
    assert exams.list_exams(student, now)[0].state(now) == "open"
    exams.close_sitting(student, sitting.pk, now)
    assert exams.list_exams(student, now)[0].state(now) == "ready"


@pytest.mark.any_database
@pytest.mark.usefixtures("noon")
def test_queries_do_not_grow_with_sittings(student: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as ran:
            exams.list_exams(student, timezone.now())
            exams.browse_bank(student, exams.BankFilter(), timezone.now())
        return len(ran)

    exams.close_sitting(student, opened(student).pk, timezone.now())
    queries()  # What is cached for a course, and expected of its exams, is cached now.
    few = queries()
    for _ in range(3):
        exams.close_sitting(student, opened(student).pk, timezone.now())
    queries()
    assert queries() == few


@pytest.mark.parametrize(
    ("scores", "best"), [([], None), ([(None, None)], None), ([(0.0, 0.0)], None), ([(1.0, 4.0), (6.0, 8.0)], 0.75)]
)
def test_the_best_score_is_a_share_of_its_own_sitting(
    scores: list[tuple[float | None, float | None]], best: float | None
) -> None:
    exam = Exam(kind="assessment", blueprint={"slots": 4}, attempts=3)
    sittings = [
        Sitting(exam=exam, state="open" if score is None else "submitted", score=score, max_score=most, deadline_at=NOW)
        for score, most in scores
    ]
    status = exam_status(exam, None, None, sittings, NOW)
    assert status.best == best
    assert (status.used, status.attempts_left) == (len(scores), 3 - len(scores))
    assert status.open is None
