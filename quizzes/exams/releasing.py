"""The answers of a closed sitting become reviews, and its keys are shown: both at once, and no sooner than may be.

Until then nothing that follows from a grade is stored outside of the sitting: no event, no card, no plan. So nobody
has to hide it, and a fold of the log finds nothing of it. What released it is the acceptance of its answers into the
log; settings that are changed later move nothing.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.crypto import salted_hmac

from questions.json_types import round_estimate
from quizzes import presentations, reviews, schedule
from quizzes.exams import windows
from quizzes.exams.grading import final_response, grade_slot
from quizzes.exams.payloads import ForecastPayload, ScorePayload
from quizzes.models import Exam, Sitting, Slot, update_rows
from quizzes.models.statements import Prepared, identifier, number
from quizzes.reviews import change_log

if TYPE_CHECKING:
    from questions.kinds import Graded
    from quizzes.models import ChangeLog, Student
    from quizzes.planning.forecast import Forecast
    from quizzes.reviews import Accepted
    from quizzes.schedule import ForecastFacts

logger = logging.getLogger(__name__)

STORED = ("forecast", "released_at")
"""The fields of a sitting that its release changes."""


def is_feedback_released(sitting: Sitting, now: datetime) -> bool:
    """Whether keys and explanations of this sitting are shown by now; of an open one, those of its finished rounds."""
    return shows_feedback(sitting, now) if sitting.is_open else sitting.released_at is not None


def shows_feedback(sitting: Sitting, now: datetime) -> bool:
    """Whether the exam lets keys and explanations be shown by now.

    Where they wait for the end of the exam, that is when it has closed in every section, and nobody else sits it.
    """
    exam = sitting.exam
    if exam.feedback == Exam.Feedback.CLOSED or exam.closes_at is None:
        return True
    others = exam.sittings.filter(state=Sitting.State.OPEN).exclude(pk=sitting.pk)
    end = windows.find_last_end(exam)
    return end is not None and now >= end and not others.exists()


def release_ended_sittings(now: datetime, limit: int = 200) -> int:
    """Release closed sittings whose exams show feedback by now; returns how many. Idempotent, and right when late.

    Those that may wait for another sitting of their student are released together with it.
    """
    sat = Sitting.objects.filter(exam=OuterRef("exam"), state=Sitting.State.OPEN)
    at_once = ~Q(exam__feedback=Exam.Feedback.ENDED) | Q(exam__closes_at=None)
    is_ahead = Q(exam__closes_at__gt=now) | windows.is_ahead_for_a_section(now, exam="exam")
    ended = ~is_ahead & ~Exists(sat)
    secret = Q(state=Sitting.State.OPEN) | Q(exam__feedback=Exam.Feedback.ENDED) & is_ahead
    others = Sitting.objects.filter(secret, student=OuterRef("student"), released_at=None).exclude(pk=OuterRef("pk"))
    waiting = Sitting.objects.filter(at_once | ended, ~Exists(others), released_at=None)
    waiting = waiting.exclude(state=Sitting.State.OPEN)
    released = 0
    for sitting in waiting.select_related("exam", "student").order_by("closed_at")[:limit]:
        try:
            released += release_sitting(sitting.student, sitting.pk, now).released_at is not None
        except Exception:
            # The others are not to wait for it; the next sweep tries again.
            logger.exception("%s could not be released", sitting)
    return released


@transaction.atomic
def release_sitting(student: Student, sitting: uuid.UUID, now: datetime) -> Sitting:
    """Release the student's closed sitting if that may be. Idempotent. Raises Sitting.DoesNotExist."""
    log = change_log.lock(student, now)
    locked = Sitting.objects.select_for_update(of=("self",)).select_related("exam__course", "student")
    current = locked.get(pk=sitting, student=student)
    if not current.is_open and current.released_at is None:
        release_waiting(log, [current, *load_withheld(current)], now)
    return current


_WITHHELD = Prepared(
    lambda: (
        Sitting.objects.filter(student=number("student"), released_at=None)
        .select_related("exam__course", "student")
        .order_by("closed_at")
    )
)


def load_withheld(sitting: Sitting) -> list[Sitting]:
    """Return the student's other sittings that are not released, open ones too; one query."""
    return [other for other in _WITHHELD.run(student=sitting.student_id) if other.pk != sitting.pk]


def may_be_released(sitting: Sitting, others: Sequence[Sitting], now: datetime) -> bool:
    """Whether a closed sitting's answers may count: its exam allows it, and no sitting that is not over asks the same.

    `others` are the student's other sittings that are not released.
    """
    if not shows_feedback(sitting, now):
        return False
    secret = [other.pk for other in others if other.is_open or not shows_feedback(other, now)]
    if not secret:
        return True
    items = Slot.objects.filter(sitting=sitting).values("presentation__version__item")
    return not Slot.objects.filter(sitting__in=secret, presentation__version__item__in=items).exists()


def release_waiting(log: ChangeLog, withheld: Sequence[Sitting], now: datetime) -> None:
    """Release what of the student's may be by now: closed sittings, and answers that came meanwhile.

    `withheld` are all sittings that are not released.
    """
    for sitting in withheld:
        others = [other for other in withheld if other is not sitting]
        if not sitting.is_open and may_be_released(sitting, others, now):
            slots = load_slots_locked(sitting)
            graded = {slot.presentation_id: grade_slot(slot).graded for slot in slots if slot.response is not None}
            read = {presentation: grade for presentation, grade in graded.items() if grade is not None}
            count_answers(log, sitting, slots, read, now)
            update_rows(slots, ["grade"])
            sitting.save(update_fields=STORED)
    if reviews.release_withheld(log):
        schedule.plan_after_answers(log, now, None)


_SLOTS = Prepared(
    lambda: Slot.objects.filter(sitting=identifier("sitting")).select_for_update(of=("self",)).with_versions()
)


def load_slots_locked(sitting: Sitting) -> list[Slot]:
    """Return the slots of a sitting, locked, with what they ask; one query."""
    return list(_SLOTS.run(sitting=sitting.pk))


def count_answers(
    log: ChangeLog, sitting: Sitting, slots: Sequence[Slot], graded: Mapping[uuid.UUID, Graded], now: datetime
) -> None:
    """Accept the answers of a closed sitting as reviews; what that changes of it and its slots is the caller's to save.

    Those to items that are kept for exams never count: practice knows nothing of them. `graded` holds what they were
    graded as, by presentation.
    """
    forecast = schedule.load_forecast_facts(log, sitting.exam, now)
    answered = [slot for slot in slots if _counts(slot)]
    accepted = _accept_answers(log, sitting, answered, graded, now)
    after = forecast.after(accepted.cards) if forecast else None
    if accepted.outcomes:
        schedule.plan_after_answers(log, now, after)
    sitting.forecast = forecast_payload(forecast, after)
    sitting.released_at = now


def _accept_answers(
    log: ChangeLog, sitting: Sitting, slots: Sequence[Slot], graded: Mapping[uuid.UUID, Graded], now: datetime
) -> Accepted:
    """Accept every answered slot as a review, and complete its grade with what that gave.

    How long a single answer took is not known: each is taken to have needed its item's usual time.
    """
    events: list[object] = [
        {
            "id": str(event_id(sitting, slot)),
            "type": "review",
            "presentation": str(slot.presentation_id),
            "response": final_response(slot, slot.response),
            "occurred_at": (slot.saved_at or now).isoformat(),
            "duration_ms": slot.presentation.version.seconds * 1000,
        }
        for slot in slots
    ]
    batch = reviews.Batch(device=sitting.pk, device_now=now, events=events)
    accepted = reviews.accept(log, batch, now, in_sitting=True, graded=graded)
    for slot, outcome in zip(slots, accepted.outcomes, strict=True):
        if outcome.event and outcome.event.grade:
            grade = outcome.event.grade
            slot.grade.update(rating=grade["rating"], cards=presentations.card_states(grade))
    return accepted


def _counts(slot: Slot) -> bool:
    """Whether its answer counts as a review: one that staff have to mark does from then on, of a secret item none."""
    return slot.response is not None and not slot.waits and not slot.presentation.version.item.is_secret


def count_marked(log: ChangeLog, sitting: Sitting, slot: Slot, graded: Graded, now: datetime) -> None:
    """Accept the answer of a released sitting that staff have marked; its grade is the caller's to save."""
    if _counts(slot):
        _accept_answers(log, sitting, [slot], {slot.presentation_id: graded}, now)
        schedule.plan_after_answers(log, now, None)


def take_back_answers(log: ChangeLog, sitting: Sitting, slots: Sequence[Slot], now: datetime) -> None:
    """Undo the reviews that the answers of a released sitting became: it is opened again, and they may change."""
    undos: list[object] = [
        {
            "id": str(uuid.uuid4()),
            "type": "undo",
            "target": str(event_id(sitting, slot)),
            "occurred_at": now.isoformat(),
        }
        for slot in slots
        if _counts(slot)
    ]
    if undos:
        reviews.accept(log, reviews.Batch(device=sitting.pk, device_now=now, events=undos), now, in_sitting=True)
        schedule.plan_after_answers(log, now, None)


def event_id(sitting: Sitting, slot: Slot) -> uuid.UUID:
    """The id of the review that an answered slot becomes, the same until it is marked, or its sitting opened, again.

    No client can know it before.
    """
    again = f":{sitting.reopened_at.timestamp()}" if sitting.reopened_at else ""
    again += f":{slot.marked['mark']}" if slot.marked else ""
    digest = salted_hmac("sitting", f"{sitting.pk}:{slot.number}{again}", algorithm="sha256").digest()
    return uuid.UUID(bytes=digest[:16], version=4)


def forecast_payload(before: ForecastFacts | None, after: ForecastFacts | None) -> ForecastPayload:
    """The score to expect before the sitting, and after it changed cards; None where none can be expected."""
    return {
        "before": _score(before.forecast()) if before else None,
        "after": _score(after.forecast()) if after else None,
    }


def _score(forecast: Forecast | None) -> ScorePayload | None:
    if forecast is None:
        return None
    score, low, high = map(round_estimate, (forecast.score, forecast.low, forecast.high))
    return {"score": score, "low": low, "high": high}
