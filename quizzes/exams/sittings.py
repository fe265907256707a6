"""Exams: a sitting is answered, and closed; its answers then count as reviews.

The server's clock alone decides. An answer is saved by one conditional UPDATE of its slot, so that it is either in
before the slot is graded or refused; nothing that a client holds on to can change what was graded. Until then no
response holds a key, a score or an explanation.
"""

from __future__ import annotations

import logging
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.crypto import salted_hmac

from questions import kinds
from questions.kinds import matching, short_text
from questions.kinds.base import Graded, ResponseError, storable
from quizzes import presentations, schedule
from quizzes.calendar import instant
from quizzes.exams import blueprints
from quizzes.models import Enrolment, Exam, Sitting, Slot
from quizzes.reviews import accepting, change_log

GRACE = timedelta(seconds=5)
"""For an answer that was on its way at the deadline."""
ORAL_MARKS = (0, 1, 2)

logger = logging.getLogger(__name__)


class SittingError(ValueError):
    """A sitting cannot be opened, or a step is out of turn; `code` is for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class StaleError(ValueError):
    """Another tab or device has saved since: `slot` is as it stands."""

    def __init__(self, slot: Slot) -> None:
        super().__init__(f"This answer was changed elsewhere; the newest revision is {slot.rev}.")
        self.slot = slot


class PastError(ValueError):
    """Too late: the deadline has passed, or the sitting is closed."""


class StillOpenError(ValueError):
    """There is no result yet."""


# Rounds of a viva


def start_round(student: Any, sitting: uuid.UUID, number: int, now: datetime) -> Slot:
    """Show a round of a viva and start its clock; again: the same clock. Rounds come in their order.

    Raises Slot.DoesNotExist, PastError, and SittingError `turn`.
    """
    with transaction.atomic():
        slot = _locked_slot(student, sitting, number)
        if slot.seconds is None:
            raise SittingError("turn", "Only the rounds of a viva are started.")
        if _is_past(slot.sitting, now):
            raise PastError("The time is over.")
        earlier = list(slot.sitting.slots.filter(number__lt=number, score=None).select_for_update(of=("self",)))
        if any(one.deadline_at is None or now <= one.deadline_at + GRACE for one in earlier):
            raise SittingError("turn", f"Finish round {earlier[0].number} first.")
        for one in earlier:
            _fill(one)
        Slot.objects.bulk_update(earlier, ["score", "grade"])
        if slot.started_at is None:
            slot.started_at = now
            slot.deadline_at = min(now + timedelta(seconds=slot.seconds), slot.sitting.deadline_at)
            slot.save(update_fields=["started_at", "deadline_at"])
    return slot


def finish_round(student: Any, sitting: uuid.UUID, number: int) -> Slot:
    """Grade a round that was started by what was saved; again: the same grade.

    Raises Slot.DoesNotExist, and SittingError `turn`.
    """
    with transaction.atomic():
        slot = _locked_slot(student, sitting, number)
        if slot.started_at is None:
            raise SittingError("turn", f"Round {number} was not started.")
        if slot.score is None:
            _fill(slot)
            slot.save(update_fields=["score", "grade"])
    return slot


def mark_oral(student: Any, sitting: uuid.UUID, number: int, pair: str, mark: int) -> None:
    """The student's own mark of having said why `pair` (a left id of a finished round) belongs together.

    Raises Slot.DoesNotExist, SittingError `turn`, and ResponseError.
    """
    if mark not in ORAL_MARKS:
        raise ResponseError("mark", "Mark yourself 0, 1 or 2.")
    with transaction.atomic():
        slot = _locked_slot(student, sitting, number)
        if slot.score is None or slot.seconds is None:
            raise SittingError("turn", f"Finish round {number} first.")
        if pair not in slot.presentation.answer["pairs"]:
            raise ResponseError("pair", "This is not one of the pairs of this round.")
        slot.oral = {"pair": pair, "mark": mark}
        slot.save(update_fields=["oral"])


# Answering


@dataclass(frozen=True)
class Saved:
    """An answer that is in."""

    rev: int
    saved_at: datetime
    remaining: timedelta


def save_answer(student: Any, sitting: uuid.UUID, number: int, response: Any, rev: int, now: datetime) -> Saved:
    """Save an answer (None: take it back) over the revision `rev`, which the client knew last.

    The same request again is answered as the first time. Raises Slot.DoesNotExist, ResponseError, StaleError,
    PastError, and SittingError `turn` of a round that was not started.
    """
    slot = _slot(student, sitting, number)
    if slot.seconds is not None and slot.started_at is None and slot.score is None and not _is_past(slot.sitting, now):
        raise SittingError("turn", f"Round {number} was not started.")
    if response is not None and slot.score is None:
        storable(response)
        _graded(slot, response)
    waiting = Slot.objects.filter(pk=slot.pk, score=None, deadline_at__gte=now - GRACE, rev=rev)
    if waiting.update(response=response, rev=rev + 1, saved_at=now):
        return Saved(rev + 1, now, _remaining(slot, now))
    slot.refresh_from_db()
    # First, since an answer that is in may be sent again after the deadline, where its reply was lost.
    if slot.rev == rev + 1 and slot.response == response and slot.saved_at:
        return Saved(slot.rev, slot.saved_at, _remaining(slot, now))
    if slot.score is not None or slot.deadline_at is None or now > slot.deadline_at + GRACE:
        raise PastError("The time is over: this answer was not saved.")
    raise StaleError(slot)


def flag(student: Any, sitting: uuid.UUID, number: int, *, flagged: bool) -> None:
    """Flag a slot for later, or no more. Raises Slot.DoesNotExist and PastError."""
    slot = _slot(student, sitting, number)
    if not Slot.objects.filter(pk=slot.pk, score=None).update(flagged=flagged):
        raise PastError("This sitting is closed.")


def _slot(student: Any, sitting: uuid.UUID, number: int) -> Slot:
    found = Slot.objects.select_related("sitting", "presentation__version")
    return found.get(sitting=sitting, sitting__student=student, number=number)


def _locked_slot(student: Any, sitting: uuid.UUID, number: int) -> Slot:
    found = Slot.objects.select_for_update(of=("self",)).select_related(
        "sitting__student", "presentation__version__item", "presentation__version__lesson"
    )
    return found.get(sitting=sitting, sitting__student=student, number=number)


def _remaining(slot: Slot, now: datetime) -> timedelta:
    return max((slot.deadline_at or slot.sitting.deadline_at) - now, timedelta(0))


def _is_past(sitting: Sitting, now: datetime) -> bool:
    return not sitting.is_open or now > sitting.deadline_at + GRACE


# Grading


def _graded(slot: Slot, response: Any) -> Graded:
    """Raises ResponseError."""
    version = slot.presentation.version
    if version.kind == short_text.KIND and isinstance(response, dict):
        # In an exam nobody is told that an answer is nearly right.
        response = {**response, "final": True}
    return kinds.get(version.kind).grade(presentations.body_of(version.pk), slot.presentation.answer, response)


def _fill(slot: Slot) -> None:
    """Fill in `score` and `grade`; once they are saved, nothing is saved over its answer."""
    version, answer = slot.presentation.version, slot.presentation.answer
    kind, body = kinds.get(version.kind), presentations.body_of(version.pk)
    if version.kind == matching.KIND:
        nothing = matching.left_open(body, answer)  # type: ignore[arg-type]
    else:
        nothing = Graded(0.0, [], dict.fromkeys(slot.presentation.facets, 0.0))
    try:
        graded = nothing if slot.response is None else _graded(slot, slot.response)
    except ResponseError:
        graded = nothing
    slot.score = graded.score
    slot.grade = {"rating": "again", **presentations.grade_payload(graded, kind.reveal(body, answer)), "cards": []}


# Closing


def submit(student: Any, sitting: uuid.UUID, now: datetime) -> Sitting:
    """Close the sitting; again: it stays as it is. Raises Sitting.DoesNotExist."""
    found = get(student, sitting, now)
    return close(found, Sitting.State.SUBMITTED, now) if found.is_open else found


def get(student: Any, sitting: uuid.UUID, now: datetime) -> Sitting:
    """A sitting of the student's; one whose time is over is closed first. Raises Sitting.DoesNotExist."""
    found = Sitting.objects.select_related("exam__course", "student").get(pk=sitting, student=student)
    if found.is_open and _is_past(found, now):
        return close(found, Sitting.State.EXPIRED, now)
    return found


def close_overdue(now: datetime, limit: int = 200) -> int:
    """Close sittings whose time is over, with what was saved; how many. Safe to run twice or late."""
    overdue = Sitting.objects.filter(state=Sitting.State.OPEN, deadline_at__lt=now - GRACE).order_by("deadline_at")
    closed = 0
    for sitting in overdue.select_related("exam__course", "student")[:limit]:
        try:
            close(sitting, Sitting.State.EXPIRED, now)
            closed += 1
        except Exception:
            # The others are not to wait for it; the next sweep tries again.
            logger.exception("%s could not be closed", sitting)
    return closed


def close(sitting: Sitting, state: str, now: datetime) -> Sitting:
    """Grade all slots and feed what was answered to the memory model, once, whoever calls this how often."""
    with transaction.atomic():
        # The change log first, as everywhere: whoever holds it may close.
        change_log.lock(sitting.student, now)
        locked = Sitting.objects.select_for_update(of=("self",)).select_related("exam__course", "student")
        current = locked.get(pk=sitting.pk)
        return close_locked(current, state, now) if current.is_open else current


def close_locked(sitting: Sitting, state: str, now: datetime) -> Sitting:
    """Close a sitting that is open, by whoever holds its student's change log."""
    slots = list(
        sitting.slots.select_for_update(of=("self",)).select_related(
            "presentation__version__item", "presentation__version__lesson"
        )
    )
    before = _expected(sitting, now)
    for slot in slots:
        if slot.score is None:
            _fill(slot)
    _feed(sitting, [slot for slot in slots if slot.response is not None], now)
    Slot.objects.bulk_update(slots, ["score", "grade"])
    sitting.state = state
    sitting.closed_at = now if state == Sitting.State.SUBMITTED else sitting.deadline_at
    sitting.score = sum(slot.score or 0.0 for slot in slots)
    sitting.max_score = float(len(slots))
    sitting.forecast = {"before": before, "after": _expected(sitting, now)}
    sitting.save(update_fields=["state", "closed_at", "score", "max_score", "forecast"])
    return sitting


def _feed(sitting: Sitting, slots: Sequence[Slot], now: datetime) -> None:
    """Every answered slot is a review, at the instant of its answer; its event's id makes it one for ever.

    How long a single answer took is not known: each is taken to have needed its item's own time.
    """
    if not slots:
        return
    events = [
        {
            "id": str(event_of(sitting, slot)),
            "type": "review",
            "presentation": str(slot.presentation_id),
            "response": _final(slot),
            "occurred_at": (slot.saved_at or now).isoformat(),
            "duration_ms": slot.presentation.version.seconds * 1000,
        }
        for slot in slots
    ]
    batch = {"device": str(sitting.pk), "device_now": now.isoformat(), "events": events}
    results = accepting.accept(sitting.student, batch, now=now, of_sitting=True)["results"]
    for slot, result in zip(slots, results, strict=True):
        if result["grade"]:
            grade: dict[str, Any] = result["grade"]
            slot.grade.update(rating=grade["rating"], cards=grade["cards"])


def _final(slot: Slot) -> Any:
    if slot.presentation.version.kind == short_text.KIND:
        return {**slot.response, "final": True}
    return slot.response


def event_of(sitting: Sitting, slot: Slot) -> uuid.UUID:
    """The id of the review that an answered slot becomes; no client can know it before."""
    digest = salted_hmac("sitting", f"{sitting.pk}:{slot.number}", algorithm="sha256").digest()
    return uuid.UUID(bytes=digest[:16], version=4)


def _expected(sitting: Sitting, now: datetime) -> dict[str, float] | None:
    found = schedule.expected_score(sitting.student, sitting.exam, now)
    return {"score": found.score, "low": found.low, "high": found.high} if found else None


def change_extra_time(enrolment: Enrolment) -> None:
    """After its extra time was changed: the sittings that are open get it too."""
    for sitting in Sitting.objects.filter(
        student=enrolment.student_id, exam__course=enrolment.course_id, state=Sitting.State.OPEN
    ).select_related("exam"):
        with transaction.atomic():
            deadline = sitting.opened_at + lengthened(timedelta(minutes=sitting.exam.minutes), enrolment)
            Sitting.objects.filter(pk=sitting.pk, state=Sitting.State.OPEN).update(deadline_at=deadline)
            sitting.slots.filter(score=None, seconds=None).update(deadline_at=deadline)
            blueprint = blueprints.parse(sitting.exam.kind, sitting.exam.blueprint)
            if isinstance(blueprint, blueprints.Viva):
                # A round that runs keeps its clock.
                waiting = sitting.slots.filter(started_at=None)
                waiting.update(seconds=round_seconds(blueprint, enrolment))


def lengthened(time: timedelta, enrolment: Enrolment) -> timedelta:
    """The time of an exam, or of a round, with the enrolment's extra time."""
    return time * (1 + enrolment.extra_time_percent / 100)


def round_seconds(blueprint: blueprints.Viva, enrolment: Enrolment) -> int:
    """Seconds of a round, with the enrolment's extra time."""
    return round(lengthened(timedelta(seconds=blueprint.seconds_a_round), enrolment).total_seconds())


# Showing


def payload(sitting: Sitting, now: datetime) -> dict[str, Any]:
    """The Sitting of CONTRACT.md; rounds of a viva that were not begun hide their pairs."""
    slots = sitting.slots.select_related("presentation__version__item", "presentation__version__lesson")
    return {
        "id": str(sitting.pk),
        "exam": sitting.exam.slug,
        "kind": sitting.exam.kind,
        "number": sitting.number,
        "state": sitting.state,
        "opened_at": instant(sitting.opened_at),
        "deadline_at": instant(sitting.deadline_at),
        "closed_at": instant(sitting.closed_at) if sitting.closed_at else None,
        "server_now": instant(now),
        "sections": sitting.sections,
        "slots": [slot_payload(slot) for slot in slots],
    }


def slot_payload(slot: Slot) -> dict[str, Any]:
    """A slot as its student sees it while it is open."""
    hidden = slot.seconds is not None and slot.started_at is None
    return {
        "slot": slot.number,
        "presentation": None if hidden else presentations.payload(slot.presentation),
        "response": slot.response,
        "rev": slot.rev,
        "flagged": slot.flagged,
        "seconds": slot.seconds,
        "deadline_at": instant(slot.deadline_at) if slot.deadline_at else None,
        "closed": slot.score is not None,
    }


def shows_keys(sitting: Sitting, now: datetime) -> bool:
    """Whether the exam releases keys and explanations of this closed sitting by now.

    Where they wait for the end of the exam, that is when it has closed and nobody sits it any more.
    """
    exam = sitting.exam
    if exam.feedback == Exam.Feedback.CLOSED or exam.closes_at is None:
        return True
    return now >= exam.closes_at and not exam.sittings.filter(state=Sitting.State.OPEN).exclude(pk=sitting.pk).exists()


def result(sitting: Sitting, now: datetime) -> dict[str, Any]:
    """The result of a closed sitting: score, sections, concepts, and each slot with its grade.

    Before the exam releases its feedback, grades are left out; and as long as a question is asked in another sitting
    that is open, its own. Raises StillOpenError.
    """
    if sitting.is_open:
        raise StillOpenError("This sitting is still open.")
    slots = list(sitting.slots.select_related("presentation__version__item", "presentation__version__lesson"))
    shown = shows_keys(sitting, now)
    examined = presentations.items_in_open_sittings(sitting.student_id) if shown else set()
    told = {slot.number: shown and slot.presentation.version.item_id not in examined for slot in slots}
    scores = {slot.number: slot.score or 0.0 for slot in slots}
    concepts: dict[str, list[float]] = defaultdict(list)
    for slot in slots:
        concepts[slot.presentation.version.concepts[0]].append(scores[slot.number])
    return {
        "id": str(sitting.pk),
        "state": sitting.state,
        "score": sitting.score,
        "max_score": sitting.max_score,
        "sections": [
            {
                "title": section["title"],
                "score": sum(scores[number] for number in section["slots"]),
                "max_score": float(len(section["slots"])),
            }
            for section in sitting.sections
        ],
        "concepts": [
            {"slug": slug, "score": sum(points), "max_score": float(len(points))}
            for slug, points in concepts.items()
            if shown
        ],
        "forecast": sitting.forecast,
        "feedback": shown,
        "slots": [
            {
                "slot": slot.number,
                "presentation": presentations.payload(slot.presentation),
                "response": slot.response,
                "score": slot.score if told[slot.number] else None,
                "oral": slot.oral,
                "grade": presentations.with_html(slot.grade) if told[slot.number] else None,
            }
            for slot in slots
        ],
    }
