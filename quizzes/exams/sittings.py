"""A sitting is answered: its answers are saved while its time runs.

The server's clock alone decides. An answer is saved by one conditional UPDATE of its slot, so that it is either in
before the slot is graded or refused; nothing that a client holds on to can change what was graded. Until then no
response holds a key, a score or an explanation.
"""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from django.db.models import F, QuerySet, Subquery

from questions import kinds
from questions.kinds import ResponseError, check_storable
from quizzes.calendar import format_instant
from quizzes.exams.closing import close_sitting
from quizzes.exams.deadlines import GRACE, is_over, is_slot_over, time_left
from quizzes.exams.errors import SittingError, StaleAnswerError, TooLateError
from quizzes.exams.grading import grade_response
from quizzes.exams.payloads import Document, SavedPayload
from quizzes.exams.releasing import release_sitting, shows_feedback
from quizzes.models import Sitting, Slot, statements

if TYPE_CHECKING:
    from quizzes.models import Student


def get_sitting(student: Student, sitting: uuid.UUID, now: datetime) -> Sitting:
    """The student's sitting; one whose time is over is closed first, and released if its exam has ended.

    Raises Sitting.DoesNotExist.
    """
    current = Sitting.objects.select_related("exam__course", "student").get(pk=sitting, student=student)
    if current.is_open:
        return close_sitting(student, sitting, now) if is_over(current, now) else current
    waits = current.released_at is None and shows_feedback(current, now)
    return release_sitting(student, sitting, now) if waits else current


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
    response = _unmarked(slot, response)
    still_open = Slot.objects.filter(pk=slot.pk, score=None, deadline_at__gte=now - GRACE, rev=rev)
    spent_ms = F("spent_ms") + _since_last_save(slot, now)
    if still_open.update(response=response, rev=rev + 1, saved_at=now, spent_ms=spent_ms):
        return SavedAnswer(rev + 1, now, time_left(slot, now), unread)
    slot.refresh_from_db()
    # First, since an answer that is in may be sent again after the deadline, where its reply was lost.
    if slot.rev == rev + 1 and slot.response == response and slot.saved_at:
        return SavedAnswer(slot.rev, slot.saved_at, time_left(slot, now), unread)
    if slot.score is not None or slot.deadline_at is None or is_slot_over(slot, now):
        raise TooLateError("The time is over: this answer was not saved.")
    raise StaleAnswerError(slot)


def _unmarked(slot: Slot, response: Document | None) -> Document | None:
    """The response without any marks of the student's own, where staff mark it."""
    kind = kinds.get(slot.presentation.version.kind)
    if response is None or not kind.is_marked_by_staff:
        return response
    with suppress(ResponseError):
        return cast("Document", kind.marked(response, []))
    return response  # of a closed slot, which takes nothing any more


MAX_SPENT_MS = 24 * 60 * 60 * 1000


def _since_last_save(slot: Slot, now: datetime) -> int:
    """The milliseconds since anything of the sitting was saved, or it was opened: what this answer took."""
    saved_at: datetime | None = vars(slot)["last_saved_at"]
    since = max(
        moment
        for moment in (slot.sitting.opened_at, slot.sitting.reopened_at, slot.started_at, saved_at)
        if moment is not None
    )
    return min(max(round((now - since).total_seconds() * 1000), 0), MAX_SPENT_MS)


MAX_PLACE = 32_767
"""The largest number that a slot can have."""


def flag_slot(student: Student, sitting: uuid.UUID, number: int, *, flagged: bool) -> None:
    """Flag a slot to come back to, or unflag it. Raises Slot.DoesNotExist, and TooLateError once it is graded."""
    slot = _get_slot(student, sitting, number)
    if not Slot.objects.filter(pk=slot.pk, score=None).update(flagged=flagged):
        raise TooLateError("This sitting is closed.")


def _build_slot() -> QuerySet[Slot]:
    """With the sitting, what is asked, and when anything of the sitting was saved last."""
    others = Slot.objects.filter(sitting=statements.identifier("sitting"), saved_at__isnull=False).order_by("-saved_at")
    mine = Slot.objects.filter(sitting=statements.identifier("sitting"), sitting__student=statements.number("student"))
    slots = mine.filter(number=statements.number("place")).select_related("sitting", "presentation__version")
    return slots.annotate(last_saved_at=Subquery(others.values("saved_at")[:1]))


_SLOT = statements.Prepared(_build_slot)


def _get_slot(student: Student, sitting: uuid.UUID, place: int) -> Slot:
    # Numbers that no database takes are in no statement.
    slots = _SLOT.run(sitting=sitting, student=student.pk, place=place) if 0 < place <= MAX_PLACE else []
    if not slots:
        raise Slot.DoesNotExist
    return slots[0]
