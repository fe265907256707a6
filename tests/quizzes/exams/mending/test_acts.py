"""What staff do to a sitting: what follows, that it comes once, and that it can be taken back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from examprep.models import User
from quizzes import exams
from quizzes.exams import mending
from quizzes.exams.mending import MendError, Order
from quizzes.models import Card, Enrolment, Exam, Notice, ReviewEvent, Sitting, SittingAct, SittingOutcome, Slot
from tests.conftest import wrong

Key = Callable[[str], Any]
Kind = SittingAct.Kind
NOW = timezone.now().replace(microsecond=0)
LATER = NOW + timedelta(minutes=2)


@pytest.fixture
def exam(student: User) -> Exam:
    exam = Exam.objects.get(slug="tiny-exam")
    exam.attempts = 1
    exam.save()
    return exam


@pytest.fixture
def ina(db: None) -> User:
    return User.objects.create_user("ina", password="teaches", is_staff=True)


def begin(student: User, exam: Exam) -> Sitting:
    sitting, _ = exams.open_sitting(student, exam, NOW)
    return sitting


def answer(sitting: Sitting, key: Key, right: int, at: Any = NOW) -> None:
    """Answer all questions, so many of them right."""
    for slot in sitting.slots.select_related("presentation__version"):
        correct = key(str(slot.presentation_id))
        put = {"kind": slot.presentation.version.kind, "prompt": slot.presentation.prompt}
        response = correct if slot.number <= right else wrong(put, correct)
        exams.save_answer(sitting.student, sitting.pk, slot.number, response, slot.rev, at)


def act(sitting: Sitting, kind: Kind, by: User, now: Any = LATER, **more: Any) -> SittingAct:
    done, new = mending.mend(sitting.pk, Order(kind=kind, request=uuid.uuid4(), **more), by, now)
    assert new
    sitting.refresh_from_db()
    return done


def states(student: User) -> list[Any]:
    return list(Card.objects.filter(student=student).order_by("pk").values_list("stability", "difficulty", "due_at"))


def told(student: User) -> str:
    notice = Notice.objects.filter(student=student).order_by("-pk").first()
    return notice.text if notice else ""


def test_more_time_moves_all_deadlines_stays_with_extra_time_and_is_taken_back(
    student: User, exam: Exam, ina: User
) -> None:
    sitting = begin(student, exam)
    end = sitting.deadline_at
    extended = act(sitting, Kind.EXTEND, ina, minutes=10, why="The fire alarm.")
    assert sitting.deadline_at == end + timedelta(minutes=10)
    assert set(sitting.slots.values_list("deadline_at", flat=True)) == {sitting.deadline_at}
    assert told(student) == f"You have 10 minutes more in “{exam}”. The fire alarm."
    assert (extended.made_by, extended.made_at, extended.why) == (ina, LATER, "The fire alarm.")

    act(sitting, Kind.EXTRA_TIME, ina, percent=100)
    assert sitting.deadline_at == end + timedelta(minutes=exam.minutes + 10)
    act(sitting, Kind.REVERSE, ina, reverses=extended.pk)
    assert sitting.deadline_at == end + timedelta(minutes=exam.minutes)
    act(sitting, Kind.REVERSE, ina, reverses=SittingAct.objects.get(kind=Kind.EXTRA_TIME).pk)
    assert sitting.deadline_at == end
    assert Enrolment.objects.get(student=student).extra_time_percent == 0
    with pytest.raises(MendError, match="no such act"):
        act(sitting, Kind.REVERSE, ina, reverses=extended.pk)


@pytest.mark.any_database
def test_an_act_that_is_asked_for_twice_is_done_once(student: User, exam: Exam, ina: User) -> None:
    sitting = begin(student, exam)
    order = Order(kind=Kind.EXTEND, request=uuid.uuid4(), minutes=5)
    (first, new), (second, newer) = (mending.mend(sitting.pk, order, ina, LATER) for _ in range(2))
    assert (first, new, newer) == (second, True, False)
    assert Sitting.objects.get().deadline_at == sitting.deadline_at + timedelta(minutes=5)
    assert Notice.objects.count() == 1


def test_what_is_opened_again_takes_its_answers_out_of_the_log_and_counts_those_it_has_at_last(
    student: User, exam: Exam, ina: User, key: Key
) -> None:
    sitting = begin(student, exam)
    untouched = states(student)
    answer(sitting, key, right=0)
    exams.close_sitting(student, sitting.pk, NOW + timedelta(minutes=1))
    assert states(student) != untouched

    until = LATER + timedelta(hours=1)
    act(sitting, Kind.REOPEN, ina, until=until, why="The network was down.")
    assert (sitting.state, sitting.deadline_at, sitting.score, sitting.released_at) == ("open", until, None, None)
    assert states(student) == untouched
    assert not ReviewEvent.objects.counting().filter(type="review").exists()
    assert not SittingOutcome.objects.exists()
    assert "is open again" in told(student)
    call_command("rebuild_memory", check=True)

    # It goes on where it was; its questions are asked nowhere else.
    again, new = exams.open_sitting(student, exam, LATER)
    assert (again, new) == (sitting, False)
    assert all(slot.response is not None for slot in sitting.slots.all())
    answer(sitting, key, right=99, at=LATER)
    closed = exams.close_sitting(student, sitting.pk, LATER + timedelta(minutes=1))
    assert closed.score == closed.max_score
    assert ReviewEvent.objects.counting().filter(type="review").count() == sitting.slots.count()
    assert all(slot.grade["cards"] for slot in Slot.objects.filter(sitting=sitting))
    call_command("rebuild_memory", check=True)


@pytest.mark.any_database
def test_an_exam_that_was_opened_again_keeps_its_new_end_when_extra_time_changes(
    student: User, exam: Exam, ina: User
) -> None:
    sitting = begin(student, exam)
    exams.close_sitting(student, sitting.pk, NOW)
    until = NOW + timedelta(days=2)
    act(sitting, Kind.REOPEN, ina, until=until)
    act(sitting, Kind.EXTRA_TIME, ina, percent=50)
    assert sitting.deadline_at == until + timedelta(minutes=exam.minutes) / 2


def test_a_void_sitting_counts_nowhere_uses_no_attempt_and_counts_again_when_that_is_taken_back(
    student: User, exam: Exam, ina: User, key: Key
) -> None:
    sitting = begin(student, exam)
    answer(sitting, key, right=99)
    voided = act(sitting, Kind.VOID, ina, why="Somebody else sat it.")
    assert (sitting.state, sitting.voided_at) == ("submitted", LATER)
    learned = states(student)
    (status,) = [status for status in exams.list_exams(student, LATER) if status.exam == exam]
    assert (status.best, status.attempts_left, status.state(LATER)) == (None, 1, "ready")
    assert exams.cohort_results(exam).totals is None
    assert list(exams.student_scores(exam, "all")) == []
    call_command("rebuild_memory", check=True)

    act(sitting, Kind.REVERSE, ina, reverses=voided.pk)
    (status,) = [status for status in exams.list_exams(student, LATER) if status.exam == exam]
    assert (status.best, status.attempts_left) == (1, 0)
    assert exams.cohort_results(exam).totals is not None
    assert states(student) == learned
    assert "counts again" in told(student)


@pytest.mark.any_database
def test_the_first_sitting_that_counts_is_the_first(student: User, exam: Exam, ina: User) -> None:
    first = begin(student, exam)
    act(first, Kind.VOID, ina)
    second, _ = exams.open_sitting(student, exam, LATER)
    exams.close_sitting(student, second.pk, LATER)
    assert [row.number for row in exams.student_scores(exam, "first")] == [2]


@pytest.mark.any_database
def test_one_more_attempt_is_one(student: User, exam: Exam, ina: User) -> None:
    sitting = begin(student, exam)
    exams.close_sitting(student, sitting.pk, NOW)
    granted = act(sitting, Kind.ATTEMPT, ina)
    act(sitting, Kind.REVERSE, ina, reverses=granted.pk)
    with pytest.raises(exams.SittingError):
        exams.open_sitting(student, exam, LATER)
    act(sitting, Kind.ATTEMPT, ina)
    (status,) = [status for status in exams.list_exams(student, LATER) if status.exam == exam]
    assert status.attempts_left == 1
    second, new = exams.open_sitting(student, exam, LATER)
    assert new
    exams.close_sitting(student, second.pk, LATER)
    with pytest.raises(exams.SittingError):
        exams.open_sitting(student, exam, LATER)


@pytest.mark.parametrize("is_played", [False, True])
def test_a_viva_goes_on_with_the_rounds_whose_keys_were_not_shown(student: User, ina: User, is_played: bool) -> None:
    viva = Exam.objects.get(kind="viva")
    sitting = begin(student, viva)
    if is_played:
        exams.start_round(student, sitting.pk, 1, NOW)
    exams.close_sitting(student, sitting.pk, NOW)
    until = LATER + timedelta(hours=1)
    if is_played:
        with pytest.raises(MendError, match="rounds were played"):
            act(sitting, Kind.REOPEN, ina, until=until)
    else:
        act(sitting, Kind.REOPEN, ina, until=until)
        exams.start_round(student, sitting.pk, 1, LATER)
        assert exams.finish_round(student, sitting.pk, 1).score == 0


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ({"kind": Kind.EXTEND, "minutes": 0}, "minutes"),
        ({"kind": Kind.EXTEND, "minutes": 5}, "over"),
        ({"kind": Kind.REOPEN, "until": NOW}, "in the future"),
        ({"kind": Kind.REOPEN}, "until when"),
        ({"kind": Kind.CLOSE}, "closed already"),
        ({"kind": Kind.COMMENT}, "Write"),
        ({"kind": Kind.COMMENT, "why": "x" * 2001}, "2000"),
        ({"kind": Kind.EXTRA_TIME, "percent": 401}, "400"),
        ({"kind": Kind.REVERSE, "reverses": 99}, "no such act"),
    ],
)
def test_what_cannot_be_done_is_refused_and_leaves_nothing(
    student: User, exam: Exam, ina: User, order: dict[str, Any], why: str
) -> None:
    sitting = begin(student, exam)
    exams.close_sitting(student, sitting.pk, NOW)
    with pytest.raises(MendError, match=why):
        act(sitting, by=ina, **order)
    assert not SittingAct.objects.exists()
    assert not Notice.objects.exists()


def test_each_answer_says_how_long_it_took(student: User, exam: Exam, key: Key) -> None:
    sitting = begin(student, exam)
    for seconds, number in ((30, 1), (40, 2), (100, 1)):
        slot = sitting.slots.select_related("presentation__version").get(number=number)
        right = key(str(slot.presentation_id))
        exams.save_answer(student, sitting.pk, number, right, slot.rev, NOW + timedelta(seconds=seconds))
    assert dict(sitting.slots.values_list("number", "spent_ms")) | {1: 90_000, 2: 10_000} == dict(
        sitting.slots.values_list("number", "spent_ms")
    )
