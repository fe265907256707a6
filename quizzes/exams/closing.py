"""A sitting is closed: its slots are graded, and its answers count as reviews."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.crypto import salted_hmac

from questions import kinds
from quizzes import reviews, schedule
from quizzes.exams.deadlines import GRACE
from quizzes.exams.grading import grade_slot
from quizzes.exams.payloads import ScorePayload
from quizzes.models import Sitting, Slot
from quizzes.reviews import change_log

logger = logging.getLogger(__name__)


def close_overdue_sittings(now: datetime, limit: int = 200) -> int:
    """Close sittings whose time is over, with what was saved; returns how many. Idempotent, and right when late."""
    overdue = Sitting.objects.filter(state=Sitting.State.OPEN, deadline_at__lt=now - GRACE).order_by("deadline_at")
    closed = 0
    for sitting in overdue.select_related("exam__course", "student")[:limit]:
        try:
            close_sitting(sitting, Sitting.State.EXPIRED, now)
            closed += 1
        except Exception:
            # The others are not to wait for it; the next sweep tries again.
            logger.exception("%s could not be closed", sitting)
    return closed


@transaction.atomic
def close_sitting(sitting: Sitting, state: Sitting.State, now: datetime) -> Sitting:
    """Grade all slots and hand what was answered to the memory model. Idempotent: a closed sitting stays as it is."""
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
            graded = grade_slot(slot)
            slot.score, slot.grade = graded.score, graded.payload
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
            "id": str(event_id(sitting, slot)),
            "type": "review",
            "presentation": str(slot.presentation_id),
            "response": kinds.get(slot.presentation.version.kind).final(slot.response),
            "occurred_at": (slot.saved_at or now).isoformat(),
            "duration_ms": slot.presentation.version.seconds * 1000,
        }
        for slot in slots
    ]
    batch = {"device": str(sitting.pk), "device_now": now.isoformat(), "events": events}
    results = reviews.accept(sitting.student, batch, now=now, in_sitting=True)["results"]
    for slot, result in zip(slots, results, strict=True):
        if grade := result["grade"]:
            slot.grade.update(rating=grade["rating"], cards=grade["cards"])


def event_id(sitting: Sitting, slot: Slot) -> uuid.UUID:
    """The id of the review that an answered slot becomes; no client can know it before."""
    digest = salted_hmac("sitting", f"{sitting.pk}:{slot.number}", algorithm="sha256").digest()
    return uuid.UUID(bytes=digest[:16], version=4)


def _expected(sitting: Sitting, now: datetime) -> ScorePayload | None:
    found = schedule.forecast_score(sitting.student, sitting.exam, now)
    return {"score": found.score, "low": found.low, "high": found.high} if found else None
