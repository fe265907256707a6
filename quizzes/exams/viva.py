"""A viva goes round by round: each is started, finished against its own clock, and its reasons said aloud."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from questions import kinds
from questions.kinds import ResponseError
from quizzes.exams.deadlines import is_over, is_slot_over
from quizzes.exams.errors import SittingError, TooLateError
from quizzes.exams.grading import grade_slot
from quizzes.models import Slot, update_rows

if TYPE_CHECKING:
    from quizzes.models import Sitting, Student

ORAL_MARKS = (0, 1, 2)


@dataclass(frozen=True)
class VivaProgress:
    """How far a viva has come: all rounds, the one to play (`current`), and the last that was finished (`last`)."""

    rounds: list[Slot]
    current: Slot | None
    last: Slot | None

    @property
    def left(self) -> int:
        """How many rounds are not finished."""
        return sum(slot.score is None for slot in self.rounds)


def load_viva_progress(sitting: Sitting, now: datetime) -> VivaProgress:
    """How far a viva has come.

    A round whose time is over counts as finished. Its grade is stored with the next step, since reading stores nothing.
    """
    rounds = list(sitting.slots.select_related("presentation__version__item__course", "presentation__version__lesson"))
    for slot in rounds:
        if slot.score is None and is_slot_over(slot, now):
            _grade(slot)
    finished = [slot for slot in rounds if slot.score is not None]
    current = next((slot for slot in rounds if slot.score is None), None)
    return VivaProgress(rounds, current, finished[-1] if finished else None)


@transaction.atomic
def start_round(student: Student, sitting: uuid.UUID, number: int, now: datetime) -> Slot:
    """Show a round and start its clock. Idempotent: a clock that runs is not started again.

    Rounds come in their order; earlier ones whose time is over are graded. Raises Slot.DoesNotExist, TooLateError,
    and SittingError `turn` while an earlier round can still be played.
    """
    slot = _lock_slot(student, sitting, number)
    if slot.seconds is None:
        raise SittingError("turn", "Only the rounds of a viva are started.")
    if is_over(slot.sitting, now):
        raise TooLateError("The time is over.")
    earlier = list(slot.sitting.slots.filter(number__lt=number, score=None).select_for_update(of=("self",)))
    if not all(is_slot_over(earlier_slot, now) for earlier_slot in earlier):
        raise SittingError("turn", f"Finish round {earlier[0].number} first.")
    for earlier_slot in earlier:
        _grade(earlier_slot)
    update_rows(earlier, ["score", "grade"])
    if slot.started_at is None:
        slot.started_at = now
        slot.deadline_at = min(now + timedelta(seconds=slot.seconds), slot.sitting.deadline_at)
        slot.save(update_fields=["started_at", "deadline_at"])
    return slot


@transaction.atomic
def finish_round(student: Student, sitting: uuid.UUID, number: int) -> Slot:
    """Grade a started round by what was saved. Idempotent. Raises Slot.DoesNotExist, and SittingError `turn`."""
    slot = _lock_slot(student, sitting, number)
    if slot.started_at is None:
        raise SittingError("turn", f"Round {number} was not started.")
    if slot.score is None:
        _grade(slot)
        slot.save(update_fields=["score", "grade"])
    return slot


@transaction.atomic
def mark_oral_answer(student: Student, sitting: uuid.UUID, number: int, pair: str, mark: int, now: datetime) -> None:
    """Store the student's own mark of having said why `pair` (a left id of a finished round) belongs together.

    Raises Slot.DoesNotExist, SittingError `turn` before the round is finished, and ResponseError.
    """
    if mark not in ORAL_MARKS:
        raise ResponseError("mark", "Mark yourself 0, 1 or 2.")
    slot = _lock_slot(student, sitting, number)
    if slot.score is None and is_slot_over(slot, now):
        _grade(slot)
    if slot.score is None or slot.seconds is None:
        raise SittingError("turn", f"Finish round {number} first.")
    presentation = slot.presentation
    if pair not in kinds.get(presentation.version.kind).pair_answer(presentation.answer, None).key:
        raise ResponseError("pair", "This is not one of the pairs of this round.")
    slot.oral = {"pair": pair, "mark": mark}
    slot.save(update_fields=["score", "grade", "oral"])


def _grade(slot: Slot) -> None:
    """Grade the round by what was saved; from then on nothing is saved over its answer."""
    graded = grade_slot(slot)
    slot.score, slot.grade = graded.score, graded.payload


def _lock_slot(student: Student, sitting: uuid.UUID, number: int) -> Slot:
    slots = Slot.objects.select_for_update(of=("self",)).select_related(
        "sitting__student", "sitting__exam", "presentation__version__item", "presentation__version__lesson"
    )
    return slots.get(sitting=sitting, sitting__student=student, number=number)
