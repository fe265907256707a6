"""A sitting is closed: its slots are graded; `releasing` says when its answers count as reviews."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from quizzes.exams import releasing
from quizzes.exams.deadlines import GRACE, is_over
from quizzes.exams.grading import add_up, grade_slot
from quizzes.exams.outcome_rows import store_outcome
from quizzes.models import Sitting, Slot, update_rows
from quizzes.reviews import change_log

if TYPE_CHECKING:
    from questions.kinds import Graded
    from quizzes.models import ChangeLog, Student

logger = logging.getLogger(__name__)


def close_overdue_sittings(now: datetime, limit: int = 200) -> int:
    """Close sittings whose time is over, with what was saved; returns how many. Idempotent, and right when late."""
    overdue = Sitting.objects.filter(state=Sitting.State.OPEN, deadline_at__lt=now - GRACE).order_by("deadline_at")
    closed = 0
    for sitting in overdue.select_related("exam", "student")[:limit]:
        try:
            close_sitting(sitting.student, sitting.pk, now)
            closed += 1
        except Exception:
            # The others are not to wait for it; the next sweep tries again.
            logger.exception("%s could not be closed", sitting)
    return closed


def close_sitting(student: Student, sitting: uuid.UUID, now: datetime) -> Sitting:
    """Close the student's sitting with what was saved: submitted, or expired where its time is over.

    Idempotent: a closed sitting stays as it is. Raises Sitting.DoesNotExist.
    """
    closed, _ = submit_sitting(student, sitting, now)
    return closed


@transaction.atomic
def submit_sitting(student: Student, sitting: uuid.UUID, now: datetime) -> tuple[Sitting, list[Slot] | None]:
    """The same; with the slots, for who shows them, unless it was closed before."""
    # The change log first, as everywhere: whoever holds it may close.
    log = change_log.lock(student, now)
    locked = Sitting.objects.select_for_update(of=("self",)).select_related("exam__course", "student")
    current = locked.get(pk=sitting, student=student)
    return current, close_locked(log, current, now) if current.is_open else None


def close_locked(log: ChangeLog, sitting: Sitting, now: datetime) -> list[Slot]:
    """Close an open sitting of the student whose change log is locked: load, grade, store; and release what may be.

    Return its slots.
    """
    slots = releasing.load_slots_locked(sitting)
    graded: dict[uuid.UUID, Graded] = {}
    for slot in slots:
        if slot.score is None:
            grade = grade_slot(slot)
            slot.score, slot.grade, slot.waits = grade.score, grade.payload, grade.waits
            if grade.graded is not None:
                graded[slot.presentation_id] = grade.graded
    expired = is_over(sitting, now)
    sitting.state = Sitting.State.EXPIRED if expired else Sitting.State.SUBMITTED
    sitting.closed_at = sitting.deadline_at if expired else now
    sitting.score, sitting.max_score = add_up(slots)
    withheld = releasing.load_withheld(sitting)
    if releasing.may_be_released(sitting, withheld, now):
        releasing.count_answers(log, sitting, slots, graded, now)
    update_rows(slots, ["score", "grade", "waits"])
    sitting.save(update_fields=["state", "closed_at", "score", "max_score", *releasing.STORED])
    store_outcome(sitting, slots)
    releasing.release_waiting(log, withheld, now)
    return slots
