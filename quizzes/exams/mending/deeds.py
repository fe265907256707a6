"""What each act does to a sitting. For whoever holds the student's change log and the sitting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from quizzes.exams import deadlines, releasing, windows
from quizzes.exams.closing import close_locked
from quizzes.exams.mending.orders import MendError
from quizzes.models import Enrolment, Sitting, SittingAct, SittingOutcome, update_rows

if TYPE_CHECKING:
    from quizzes.models import ChangeLog

LONGEST = timedelta(days=31)
"""So far ahead may lie the end of a sitting that is opened again."""
Deed = Callable[["ChangeLog", Sitting, SittingAct, datetime], None]


def _extend(log: ChangeLog, sitting: Sitting, act: SittingAct, now: datetime) -> None:
    if deadlines.is_over(sitting, now):
        raise MendError("It is over: open it again instead.")
    _move_end(sitting, timedelta(minutes=act.amount or 0))


def _move_end(sitting: Sitting, by: timedelta) -> None:
    """Move the deadlines of a sitting, and of what of it is not graded; a round that was not begun has none."""
    sitting.deadline_at += by
    sitting.moved_seconds += round(by.total_seconds())
    sitting.save(update_fields=["deadline_at", "moved_seconds"])
    slots = list(sitting.slots.filter(score=None).exclude(deadline_at=None).select_for_update(of=("self",)))
    for slot in slots:
        assert slot.deadline_at is not None
        slot.deadline_at += by
    update_rows(slots, ["deadline_at"])


def _reopen(log: ChangeLog, sitting: Sitting, act: SittingAct, now: datetime) -> None:
    """Take back its grades, and its answers from the log, where they had come into it; they are kept in the sitting."""
    assert act.until is not None
    _check_may_reopen(sitting, act.until, now)
    slots = releasing.load_slots_locked(sitting)
    again = [slot for slot in slots if slot.seconds is None or slot.started_at is None]
    if not again:
        raise MendError("All its rounds were played, and their keys shown. Let the student sit once more instead.")
    act.before = {
        "state": sitting.state,
        "closed_at": sitting.closed_at and sitting.closed_at.isoformat(),
        "deadline_at": sitting.deadline_at.isoformat(),
        "score": sitting.score,
        "max_score": sitting.max_score,
    }
    if sitting.released_at:
        releasing.take_back_answers(log, sitting, slots, now)
    for slot in again:
        slot.score = slot.grade = slot.said = slot.marked = None
        slot.waits = False
        slot.deadline_at = act.until if slot.seconds is None else None
    update_rows(again, ["score", "grade", "said", "marked", "waits", "deadline_at"])
    SittingOutcome.objects.filter(sitting=sitting).delete()
    moved = act.until - deadlines.planned_end(sitting)
    sitting.state, sitting.deadline_at, sitting.moved_seconds = (
        Sitting.State.OPEN,
        act.until,
        round(moved.total_seconds()),
    )
    sitting.closed_at = sitting.score = sitting.max_score = sitting.forecast = sitting.said = None
    sitting.released_at, sitting.reopened_at = None, now
    sitting.save()


def _check_may_reopen(sitting: Sitting, until: datetime, now: datetime) -> None:
    if sitting.is_open:
        raise MendError("It is open.")
    if sitting.voided_at:
        raise MendError("It does not count. Take that back first.")
    if not now < until <= now + LONGEST:
        raise MendError(f"Its new end has to be in the future, within {LONGEST.days} days.")
    if Sitting.objects.filter(exam=sitting.exam_id, student=sitting.student_id, state=Sitting.State.OPEN).exists():
        raise MendError("The student has another sitting of this exam open.")


def _close(log: ChangeLog, sitting: Sitting, act: SittingAct, now: datetime) -> None:
    if not sitting.is_open:
        raise MendError("It is closed already.")
    close_locked(log, sitting, now)


def _void(log: ChangeLog, sitting: Sitting, act: SittingAct, now: datetime) -> None:
    """Let its marks count nowhere; its answers stay in the log. One that is open is closed."""
    if sitting.voided_at:
        raise MendError("It already does not count.")
    if sitting.is_open:
        close_locked(log, sitting, now)
    sitting.voided_at = now
    sitting.save(update_fields=["voided_at"])


def _grant_attempt(log: ChangeLog, sitting: Sitting, act: SittingAct, now: datetime) -> None:
    exam = windows.as_sat(sitting)
    if exam.attempts is None:
        raise MendError("This exam can already be sat any number of times.")
    if exam.closes_at and now >= exam.closes_at:
        raise MendError("This exam has closed. Give it a later end first.")


def _give_extra_time(log: ChangeLog, sitting: Sitting, act: SittingAct, now: datetime) -> None:
    """Change it in every course that the student takes; open sittings are longer by it at once."""
    assert act.amount is not None
    enrolments = Enrolment.objects.filter(student=sitting.student_id).select_for_update(of=("self",))
    act.before = {str(enrolment.pk): enrolment.extra_time_percent for enrolment in enrolments}
    _set_extra_time(dict.fromkeys(enrolments, act.amount))


def _set_extra_time(percents: Mapping[Enrolment, int]) -> None:
    for enrolment, percent in percents.items():
        enrolment.extra_time_percent = percent
        enrolment.save(update_fields=["extra_time_percent"])
        deadlines.extend_open_sittings(enrolment)


def _comment(log: ChangeLog, sitting: Sitting, act: SittingAct, now: datetime) -> None:
    """The act itself is what the student reads."""


def _reverse(log: ChangeLog, sitting: Sitting, act: SittingAct, now: datetime) -> None:
    taken_back = act.reverses
    assert taken_back is not None
    undo = REVERSED.get(SittingAct.Kind(taken_back.kind))
    if undo is None:
        raise MendError("That cannot be taken back.")
    undo(log, sitting, taken_back, now)


def _shorten(log: ChangeLog, sitting: Sitting, extended: SittingAct, now: datetime) -> None:
    by = timedelta(minutes=extended.amount or 0)
    if not sitting.is_open or sitting.deadline_at - by <= now:
        raise MendError("The added minutes have begun. Hand it in instead.")
    _move_end(sitting, -by)


def _count_again(log: ChangeLog, sitting: Sitting, voided: SittingAct, now: datetime) -> None:
    sitting.voided_at = None
    sitting.save(update_fields=["voided_at"])


def _restore_extra_time(log: ChangeLog, sitting: Sitting, given: SittingAct, now: datetime) -> None:
    enrolments = Enrolment.objects.filter(pk__in=list(given.before), student=sitting.student_id)
    _set_extra_time({each: given.before[str(each.pk)] for each in enrolments.select_for_update(of=("self",))})


DEEDS: Mapping[SittingAct.Kind, Deed] = {
    SittingAct.Kind.EXTEND: _extend,
    SittingAct.Kind.REOPEN: _reopen,
    SittingAct.Kind.CLOSE: _close,
    SittingAct.Kind.ATTEMPT: _grant_attempt,
    SittingAct.Kind.EXTRA_TIME: _give_extra_time,
    SittingAct.Kind.COMMENT: _comment,
    SittingAct.Kind.VOID: _void,
    SittingAct.Kind.REVERSE: _reverse,
}
REVERSED: Mapping[SittingAct.Kind, Deed] = {
    SittingAct.Kind.EXTEND: _shorten,
    SittingAct.Kind.VOID: _count_again,
    SittingAct.Kind.EXTRA_TIME: _restore_extra_time,
    # These count as long as they are not taken back.
    SittingAct.Kind.ATTEMPT: _comment,
    SittingAct.Kind.COMMENT: _comment,
}
"""What is done where an act is taken back; what was opened again is handed in, and what was handed in opened again."""
