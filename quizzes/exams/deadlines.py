"""When a sitting or a slot is over: the server's clock against its deadline, with extra time and a little grace."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from quizzes.exams import blueprints
from quizzes.models import Enrolment, Sitting

if TYPE_CHECKING:
    from quizzes.models import Slot

GRACE = timedelta(seconds=5)
"""Answers are still taken for this long after a deadline: they were on their way when it passed."""


def is_over(sitting: Sitting, now: datetime) -> bool:
    """Whether nothing of the sitting can be answered any more: it is closed, or its time and the grace are over."""
    return not sitting.is_open or now > sitting.deadline_at + GRACE


def is_slot_over(slot: Slot, now: datetime) -> bool:
    """Whether the slot's time and the grace are over; False for a round whose clock was not started."""
    return slot.deadline_at is not None and now > slot.deadline_at + GRACE


def time_left(slot: Slot, now: datetime) -> timedelta:
    """The time until the slot's deadline, or the sitting's before the round is started; 0 once it has passed."""
    return max((slot.deadline_at or slot.sitting.deadline_at) - now, timedelta(0))


def with_extra_time(duration: timedelta, enrolment: Enrolment) -> timedelta:
    """The duration of an exam, or of a round, for a student with the enrolment's extra time."""
    return duration * (1 + enrolment.added_percent / 100)


def round_seconds(blueprint: blueprints.Viva, enrolment: Enrolment) -> int:
    """Seconds of a round for a student with the enrolment's extra time."""
    return round(with_extra_time(timedelta(seconds=blueprint.seconds_a_round), enrolment).total_seconds())


def planned_end(sitting: Sitting, enrolment: Enrolment | None = None) -> datetime:
    """When the sitting ends by its exam's minutes and the student's extra time, were it not moved by staff."""
    if enrolment is None:
        enrolment = (
            Enrolment.objects.select_related("section")
            .filter(student=sitting.student_id, course=sitting.exam.course_id)
            .first()
        )
    minutes = timedelta(minutes=sitting.exam.minutes)
    return sitting.opened_at + (with_extra_time(minutes, enrolment) if enrolment else minutes)


def extend_open_sittings(enrolment: Enrolment) -> None:
    """Move the deadlines of the enrolment's open sittings, after its extra time was changed. Idempotent.

    What staff gave to a sitting stays given.
    """
    for sitting in Sitting.objects.filter(
        student=enrolment.student_id, exam__course=enrolment.course_id, state=Sitting.State.OPEN
    ).select_related("exam"):
        with transaction.atomic():
            deadline = planned_end(sitting, enrolment) + timedelta(seconds=sitting.moved_seconds)
            Sitting.objects.filter(pk=sitting.pk, state=Sitting.State.OPEN).update(deadline_at=deadline)
            sitting.slots.filter(score=None, seconds=None).update(deadline_at=deadline)
            try:
                blueprint = blueprints.parse(sitting.exam.kind, sitting.exam.blueprint)
            except blueprints.BlueprintError:
                continue  # edited since it was opened: the rounds keep the time that they have
            if isinstance(blueprint, blueprints.Viva):
                # A round whose clock runs keeps it.
                not_started = sitting.slots.filter(started_at=None)
                not_started.update(seconds=round_seconds(blueprint, enrolment))
