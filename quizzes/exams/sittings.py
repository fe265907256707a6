"""A sitting is answered: its answers are saved while its time runs.

The server's clock alone decides. An answer is saved by one conditional UPDATE of its slot, so that it is either in
before the slot is graded or refused; nothing that a client holds on to can change what was graded. Until then no
response holds a key, a score or an explanation.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from questions.kinds import check_storable
from quizzes.calendar import format_instant
from quizzes.exams.closing import close_sitting
from quizzes.exams.deadlines import GRACE, is_over, is_slot_over, time_left
from quizzes.exams.errors import SittingError, StaleAnswerError, TooLateError
from quizzes.exams.grading import grade_response
from quizzes.exams.payloads import Document, SavedPayload
from quizzes.models import Sitting, Slot

if TYPE_CHECKING:
    from quizzes.models import Student


def get_sitting(student: Student, sitting: uuid.UUID, now: datetime) -> Sitting:
    """The student's sitting; one whose time is over is closed first. Raises Sitting.DoesNotExist."""
    current = Sitting.objects.select_related("exam__course", "student").get(pk=sitting, student=student)
    return close_sitting(student, sitting, now) if current.is_open and is_over(current, now) else current


@dataclass(frozen=True)
class SavedAnswer:
    """An answer that is in: its revision, when it was saved, and the time that is left."""

    rev: int
    saved_at: datetime
    remaining: timedelta
    unread: str = ""
    """What is to be said of parts of it that cannot be read, and would have no marks."""

    def payload(self) -> SavedPayload:
        """What the client is told."""
        remaining_ms = round(self.remaining.total_seconds() * 1000)
        payload: SavedPayload = {
            "rev": self.rev,
            "saved_at": format_instant(self.saved_at),
            "remaining_ms": remaining_ms,
        }
        return {**payload, "unread": self.unread} if self.unread else payload


def save_answer(
    student: Student, sitting: uuid.UUID, number: int, response: Document | None, rev: int, now: datetime
) -> SavedAnswer:
    """Save an answer (None: take it back) over the revision `rev`, which is the last that the client knows.

    Idempotent: the same request again is answered as the first time. Raises Slot.DoesNotExist, ResponseError,
    StaleAnswerError, TooLateError, and SittingError `turn` for a round that was not started.
    """
    slot = _get_slot(student, sitting, number)
    not_started = slot.seconds is not None and slot.started_at is None
    if not_started and slot.score is None and not is_over(slot.sitting, now):
        raise SittingError("turn", f"Round {number} was not started.")
    unread = ""
    if response is not None and slot.score is None:
        check_storable(response)
        unread = grade_response(slot, response).unread
    still_open = Slot.objects.filter(pk=slot.pk, score=None, deadline_at__gte=now - GRACE, rev=rev)
    if still_open.update(response=response, rev=rev + 1, saved_at=now):
        return SavedAnswer(rev + 1, now, time_left(slot, now), unread)
    slot.refresh_from_db()
    # First, since an answer that is in may be sent again after the deadline, where its reply was lost.
    if slot.rev == rev + 1 and slot.response == response and slot.saved_at:
        return SavedAnswer(slot.rev, slot.saved_at, time_left(slot, now), unread)
    if slot.score is not None or slot.deadline_at is None or is_slot_over(slot, now):
        raise TooLateError("The time is over: this answer was not saved.")
    raise StaleAnswerError(slot)


def flag_slot(student: Student, sitting: uuid.UUID, number: int, *, flagged: bool) -> None:
    """Flag a slot to come back to, or unflag it. Raises Slot.DoesNotExist, and TooLateError once it is graded."""
    slot = _get_slot(student, sitting, number)
    if not Slot.objects.filter(pk=slot.pk, score=None).update(flagged=flagged):
        raise TooLateError("This sitting is closed.")


def _get_slot(student: Student, sitting: uuid.UUID, number: int) -> Slot:
    slots = Slot.objects.select_related("sitting", "presentation__version")
    return slots.get(sitting=sitting, sitting__student=student, number=number)
