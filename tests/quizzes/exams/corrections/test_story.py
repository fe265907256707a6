"""A wrong key was published, answered and sat; it is corrected, taken back, and corrected again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep import personal_data
from examprep.models import User
from questions import bank
from questions.models import Correction
from quizzes import exams, memory_upkeep, presentations, schedule
from quizzes.exams import corrections
from quizzes.exams.corrections import regrading
from quizzes.exams.outcome_rows import make_outcomes
from quizzes.models import (
    Card,
    CorrectedAnswer,
    Exam,
    Job,
    Notice,
    Regrading,
    RegradingShare,
    Review,
    ReviewEvent,
    Sitting,
    Slot,
)
from quizzes.presentations import Ask
from quizzes.reviews.answers import stored_grade
from tests import courses
from tests.conftest import Api
from tests.quizzes.exams.corrections import mistaken

STUDENTS = 6
Rule = Correction.Rule
CARD = ("stability", "difficulty", "reviews", "lapses", "last_rating", "due_at", "last_event", "practised_on")


@pytest.fixture
def cohort(db: None, request: pytest.FixtureRequest) -> list[User]:
    """Students who have answered the question with the wrong key, half of them rightly, and have sat it; one sits."""
    if size := getattr(request, "param", 0):
        _build(size)
    else:
        courses.once(_build)
    return list(User.objects.filter(username__startswith="student").order_by("pk"))


def _build(size: int = STUDENTS) -> None:
    course = courses.load()
    exam = Exam.objects.get(slug="tiny-exam")
    exam.blueprint = {"slots": 6}
    exam.save()
    for number in range(size):
        student = User.objects.create_user(f"student{number}")
        schedule.enrol(student, course)
        # Not on one day: answers that are alike have each been predicted otherwise.
        _review(student, mistaken.RIGHT if number % 2 else mistaken.WRONG, days_ago=3 + number % 5)
        sitting, _ = exams.open_sitting(student, exam, timezone.now())
        _save(sitting, mistaken.RIGHT if number % 3 else mistaken.WRONG)
        if number:
            exams.close_sitting(student, sitting.pk, timezone.now())


def _review(student: User, text: str, event: str = "8c7a8a4e-3e3c-4a52-8a53-0a4f6ce21b6d", days_ago: int = 3) -> None:
    card = Card.objects.get(student=student, item=mistaken.item())
    (shown,) = presentations.present(student, [Ask(card.pk)], timezone.now())
    (result,) = Api(student).send(
        {
            "id": event,
            "type": "review",
            "presentation": str(shown.pk),
            "response": mistaken.response(shown.prompt, text),
            "occurred_at": (timezone.now() - timedelta(days=days_ago)).isoformat(),
            "duration_ms": 9000,
        }
    )
    assert result["status"] == "accepted"


def _save(sitting: Sitting, text: str) -> None:
    slot = sitting.slots.get(presentation__version__item__slug=mistaken.SLUG)
    exams.save_answer(
        sitting.student, sitting.pk, slot.number, mistaken.response(slot.presentation.prompt, text), 0, timezone.now()
    )


def _log() -> list[Any]:
    """All that counts."""
    return [
        list(Review.objects.order_by("event", "card").values_list("event", "card", "rating", "score", "predicted")),
        list(ReviewEvent.objects.order_by("pk").values_list("pk", "score", "grade", "practice")),
        list(Card.objects.order_by("pk").values_list("pk", *CARD)),
        list(Sitting.objects.order_by("pk").values_list("pk", "score", "max_score", "said")),
        list(Slot.objects.order_by("pk").values_list("pk", "score", "grade", "said")),
        [
            (item.slug, item.facility.value, item.n)
            for item in exams.cohort_results(Exam.objects.get(slug="tiny-exam")).items
        ],
    ]


def _check() -> None:
    """States are the fold of the log, grades those of each answer, and what the statistics read is what slots say."""
    for row in CorrectedAnswer.objects.exclude(grade=None).select_related("event__presentation__version"):
        put, event = row.event.presentation, row.event
        assert put
        rules = bank.rules_of(put.version)
        graded = presentations.judge_final_by(rules, put.version, put.answer, event.response)
        assert row.grade == stored_grade(graded, event, put.version)
    report = memory_upkeep.rebuild(repair=False)
    assert (report.different, report.examples) == (0, [])
    closed = Sitting.objects.exclude(state="open")
    by_slots = make_outcomes(closed, Exam.objects.get(slug="tiny-exam").course_id)
    packed = {sitting.pk: bytes(sitting.outcome.slots) for sitting in closed.select_related("outcome")}
    assert {pk: outcome.slots for pk, outcome in by_slots.items()} == packed


@pytest.mark.parametrize(
    ("cohort", "rule"),
    [(30, Rule.VERSION), (0, Rule.FULL), (0, Rule.VOID), (0, Rule.ACCEPT)],
    indirect=["cohort"],
)
def test_corrected_taken_back_and_corrected_again(cohort: list[User], rule: Rule) -> None:
    first = mistaken.item().versions.get(number=1)
    more: dict[str, Any] = {"answer": mistaken.RIGHT} if rule == Rule.ACCEPT else {}
    if rule == Rule.VERSION:
        more["by_version"] = mistaken.publish_corrected()
    before, said = _log(), list(ReviewEvent.objects.order_by("pk").values_list("pk", "grade"))
    written = corrections.apply(mistaken.correction(rule, first, **more), timezone.now())
    assert _log() == before  # a fact, and nothing is done yet
    assert corrections.regrade_waiting() == 1
    after = _log()
    assert after != before
    assert list(ReviewEvent.objects.order_by("pk").values_list("pk", "grade")) == said
    _check()
    corrections.apply(bank.reversal_of(written, why="It was right.", by=None, now=timezone.now()), timezone.now())
    corrections.regrade_waiting()
    assert _log() == before
    _check()
    corrections.apply(mistaken.correction(rule, first, **more), timezone.now())
    corrections.regrade_waiting()
    now = _log()
    assert [part for part in range(6) if now[part] != after[part] and part != 3] == []
    _check()
    assert Regrading.objects.get().done_at is not None
    assert corrections.regrade_waiting() == 0
    # The one that sat meanwhile closes by the correction.
    exams.close_sitting(cohort[0], Sitting.objects.get(state="open").pk, timezone.now())
    _check()


def test_what_was_judged_by_a_correction_counts_by_its_version_once_that_is_taken_back(cohort: list[User]) -> None:
    first, late = mistaken.item().versions.get(number=1), "8c7a8a4e-3e3c-4a52-8a53-0a4f6ce21b6e"
    last = ReviewEvent.objects.latest("pk").pk
    written = corrections.apply(mistaken.correction(Rule.FULL, first), timezone.now())
    corrections.regrade_waiting()
    for student in cohort[2:5]:
        _review(student, mistaken.RIGHT, late)
    _review(cohort[5], mistaken.WRONG, late)
    assert {event.score for event in ReviewEvent.objects.filter(event_id=late)} == {1}
    corrections.apply(bank.reversal_of(written, why="It was right.", by=None, now=timezone.now()), timezone.now())
    corrections.regrade_waiting()
    counting = ReviewEvent.objects.filter(event_id=late).order_by("student").values_list("score", flat=True)
    assert list(counting) == [0, 0, 0, 1]
    assert Regrading.objects.get().uncorrected_through == last
    _check()


def test_what_an_erased_account_answered_stays_as_it_was_graded(cohort: list[User]) -> None:
    personal_data.erase(cohort[1], timezone.now())
    before = list(ReviewEvent.objects.filter(student=cohort[1]).order_by("pk").values_list("pk", "score"))
    corrections.apply(mistaken.correction(Rule.FULL, mistaken.item().versions.get(number=1)), timezone.now())
    corrections.regrade_waiting()
    assert list(ReviewEvent.objects.filter(student=cohort[1]).order_by("pk").values_list("pk", "score")) == before
    assert Notice.objects.count() == STUDENTS - 1
    assert memory_upkeep.rebuild(repair=False).different == 0
    asked = {item.slug: item.n for item in exams.cohort_results(Exam.objects.get(slug="tiny-exam")).items}
    assert asked[mistaken.SLUG] == STUDENTS - 1  # one sits on


def test_students_are_told_once_what_changed_for_them(cohort: list[User]) -> None:
    first = mistaken.item().versions.get(number=1)
    corrected = mistaken.correction(Rule.VERSION, first, by_version=mistaken.publish_corrected())
    corrections.apply(corrected, timezone.now())
    corrections.regrade_waiting()
    corrections.apply(corrected, timezone.now())
    corrections.regrade_waiting()
    assert Notice.objects.count() == STUDENTS
    assert not corrections.list_notices(cohort[0])  # its question stands in an exam that is open
    (told,) = corrections.list_notices(cohort[1])
    assert told.text == "A question in “Tiny exam” was corrected: your score went from 0 of 6 to 1 of 6."
    corrections.read_notice(cohort[2], told.pk, timezone.now())
    assert corrections.list_notices(cohort[1])
    corrections.read_notice(cohort[1], told.pk, timezone.now())
    assert not corrections.list_notices(cohort[1])
    assert set(Job.objects.filter(kind=Job.Kind.PLAN).values_list("student", flat=True)) == {s.pk for s in cohort}


def test_what_is_broken_off_goes_on_where_it_was_left(cohort: list[User]) -> None:
    first = mistaken.item().versions.get(number=1)
    corrections.apply(mistaken.correction(Rule.FULL, first), timezone.now())
    whole = regrading.regrade_students
    with patch.object(regrading, "CHUNK", 2):
        calls: list[list[int]] = []

        def fail_at_the_second(version: int, students: list[int], now: Any) -> regrading.Regraded:
            calls.append(students)
            changed = whole(version, students, now)
            if len(calls) == 2:
                raise MemoryError
            return changed

        with patch.object(regrading, "regrade_students", side_effect=fail_at_the_second), pytest.raises(MemoryError):
            corrections.regrade_waiting()
        assert Regrading.objects.get().done_at is None
        assert RegradingShare.objects.get().through == cohort[1].pk
        assert CorrectedAnswer.objects.values("student").distinct().count() == 2
        _check()
        corrections.regrade_waiting()
    assert Regrading.objects.get().done_at is not None
    assert not RegradingShare.objects.exists()
    assert CorrectedAnswer.objects.values("student").distinct().count() == STUDENTS
    _check()


def test_students_are_shared_out_among_workers_of_whom_each_leaves_what_another_is_at(cohort: list[User]) -> None:
    first = mistaken.item().versions.get(number=1)
    corrections.apply(mistaken.correction(Rule.FULL, first), timezone.now())
    with patch.object(regrading, "FEW", 2), patch.object(regrading, "CHUNK", 2):
        shared = regrading._share_out(first.pk)
        assert shared == STUDENTS
        assert regrading._share_out(first.pk) == STUDENTS  # those who are in a share are in no other
        assert [(share.through, share.until) for share in RegradingShare.objects.order_by("pk")] == [
            (cohort[0].pk - 1, cohort[2].pk),
            (cohort[3].pk - 1, cohort[5].pk),
        ]
        free = RegradingShare.objects.exclude(through=cohort[0].pk - 1)
        with patch.object(
            RegradingShare.objects, "select_for_update", side_effect=lambda **_: free.select_for_update()
        ):
            done = corrections.regrade(first.pk)
        assert (done.students, Regrading.objects.get().done_at) == (3, None)
        assert corrections.regrade(first.pk).students == 3
    assert Regrading.objects.get().done_at is not None
    assert CorrectedAnswer.objects.values("student").distinct().count() == STUDENTS
    _check()


def test_chunks_have_about_as_many_answers(cohort: list[User]) -> None:
    first = mistaken.item().versions.get(number=1)
    corrections.apply(mistaken.correction(Rule.VERSION, first, by_version=mistaken.publish_corrected()), timezone.now())
    chunks: list[int] = []
    with patch.object(regrading, "CHUNK", 1), CaptureQueriesContext(connection) as captured:
        corrections.regrade(first.pk, progress=lambda done: chunks.append(done.students))
    assert chunks == [1, STUDENTS]  # a student has but two, so that the next chunk takes all others
    assert Regrading.objects.get().answers == CorrectedAnswer.objects.count() > STUDENTS
    assert len(captured) <= 73


def test_clients_hear_of_it(cohort: list[User]) -> None:
    api, student = Api(cohort[1]), cohort[1]
    cursor = api.get("sync/").json()["cursor"]
    first = mistaken.item().versions.get(number=1)
    corrections.apply(mistaken.correction(Rule.VERSION, first, by_version=mistaken.publish_corrected()), timezone.now())
    corrections.regrade_waiting()
    changes = api.get(f"sync/?cursor={cursor}").json()["changes"]
    event = ReviewEvent.objects.get(student=student, presentation__in_sitting=False)
    assert [change["score"] for change in changes if change["id"] == str(event.event_id)] == [1.0]
    card = Card.objects.get(student=student, item=mistaken.item())
    assert [change["stability"] for change in changes if change["id"] == str(card.pk)] == [card.stability]
    again = api.get("sync/").json()["changes"]
    assert len([change for change in again if change["id"] == str(event.event_id)]) == 1


@pytest.mark.any_database
def test_a_late_answer_and_an_undo_find_the_log_in_order(cohort: list[User]) -> None:
    first = mistaken.item().versions.get(number=1)
    written = corrections.apply(mistaken.correction(Rule.VOID, first), timezone.now())
    corrections.regrade_waiting()
    student = cohort[2]
    event = ReviewEvent.objects.get(student=student, presentation__in_sitting=False)
    undo = {
        "id": "8c7a8a4e-3e3c-4a52-8a53-0a4f6ce21b6e",
        "type": "undo",
        "target": str(event.event_id),
        "occurred_at": timezone.now().isoformat(),
    }
    assert Api(student).send(undo)[0]["status"] == "accepted"
    _check()
    corrections.apply(bank.reversal_of(written, why="It was right.", by=None, now=timezone.now()), timezone.now())
    corrections.regrade_waiting()
    _check()
