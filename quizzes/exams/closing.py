"""A sitting is closed: its slots are graded, and its answers count as reviews."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.crypto import salted_hmac

from questions import kinds
from quizzes import presentations, reviews, schedule
from quizzes.exams.deadlines import GRACE, is_over
from quizzes.exams.grading import grade_slot
from quizzes.exams.outcome_rows import store_outcome
from quizzes.exams.payloads import ForecastPayload, ScorePayload
from quizzes.models import Sitting, Slot, update_rows
from quizzes.reviews import change_log
from quizzes.statements import Prepared, identifier

if TYPE_CHECKING:
    from questions.kinds import Graded
    from quizzes.models import ChangeLog, Student
    from quizzes.planning.forecast import Forecast
    from quizzes.reviews import Accepted
    from quizzes.schedule import ForecastFacts

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
    """Close an open sitting of the student whose change log is locked: load, grade, accept as reviews, store.

    Return its slots.
    """
    facts = _load(log, sitting, now)
    graded: dict[uuid.UUID, Graded] = {}
    for slot in facts.slots:
        if slot.score is None:
            grade = grade_slot(slot)
            slot.score, slot.grade = grade.score, grade.payload
            if grade.graded is not None:
                graded[slot.presentation_id] = grade.graded
    accepted = _accept_answers(log, sitting, facts.answered, graded, now)
    after = facts.forecast.after(accepted.cards) if facts.forecast else None
    if accepted.outcomes:
        schedule.plan_after_answers(log, now, after)
    expired = is_over(sitting, now)
    sitting.state = Sitting.State.EXPIRED if expired else Sitting.State.SUBMITTED
    sitting.closed_at = sitting.deadline_at if expired else now
    sitting.score = sum(slot.score or 0.0 for slot in facts.slots)
    sitting.max_score = float(len(facts.slots))
    sitting.forecast = forecast_payload(facts.forecast, after)
    update_rows(facts.slots, ["score", "grade"])
    sitting.save(update_fields=["state", "closed_at", "score", "max_score", "forecast"])
    store_outcome(sitting, facts.slots)
    return facts.slots


@dataclass(frozen=True)
class _Facts:
    """The slots of a sitting, locked, and what the score to expect of its exam follows from."""

    slots: list[Slot]
    forecast: ForecastFacts | None

    @property
    def answered(self) -> list[Slot]:
        return [slot for slot in self.slots if slot.response is not None]


_SLOTS = Prepared(
    lambda: Slot.objects.filter(sitting=identifier("sitting")).select_for_update(of=("self",)).with_versions()
)


def _load(log: ChangeLog, sitting: Sitting, now: datetime) -> _Facts:
    return _Facts(_SLOTS.run(sitting=sitting.pk), schedule.load_forecast_facts(log, sitting.exam, now))


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
            "response": kinds.get(slot.presentation.version.kind).final(slot.response),
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


def event_id(sitting: Sitting, slot: Slot) -> uuid.UUID:
    """The id of the review that an answered slot becomes, the same for ever; no client can know it before."""
    digest = salted_hmac("sitting", f"{sitting.pk}:{slot.number}", algorithm="sha256").digest()
    return uuid.UUID(bytes=digest[:16], version=4)


def forecast_payload(before: ForecastFacts | None, after: ForecastFacts | None) -> ForecastPayload:
    """The score to expect before the sitting, and after it changed cards; None where none can be expected."""
    return {
        "before": _score(before.forecast()) if before else None,
        "after": _score(after.forecast()) if after else None,
    }


def _score(forecast: Forecast | None) -> ScorePayload | None:
    return {"score": forecast.score, "low": forecast.low, "high": forecast.high} if forecast else None
