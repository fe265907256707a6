"""When a sitting and its rounds are over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from quizzes.exams import deadlines
from quizzes.exams.blueprints import Viva
from quizzes.models import Enrolment, Sitting, Slot

DEADLINE = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "late", "over"),
    [
        ("open", -1, False),
        ("open", 0, False),
        ("open", 5, False),
        ("open", 5.001, True),
        ("submitted", -1, True),
        ("expired", -1, True),
    ],
)
def test_a_sitting_is_over_after_its_grace_or_once_it_is_closed(state: str, late: float, over: bool) -> None:
    sitting = Sitting(state=state, deadline_at=DEADLINE)
    assert deadlines.is_over(sitting, DEADLINE + timedelta(seconds=late)) is over


@pytest.mark.parametrize(("late", "over"), [(-1, False), (5, False), (6, True)])
def test_a_round_is_over_by_its_own_clock(late: float, over: bool) -> None:
    now = DEADLINE + timedelta(seconds=late)
    assert deadlines.is_slot_over(Slot(deadline_at=DEADLINE), now) is over
    assert deadlines.is_slot_over(Slot(deadline_at=None), now) is False


@pytest.mark.parametrize(
    ("slot_deadline", "now", "seconds"),
    [(DEADLINE, -30, 30), (DEADLINE, 3, 0), (None, -30, 90)],
)
def test_the_time_left_is_the_slots_or_else_the_sittings_and_never_negative(
    slot_deadline: datetime | None, now: int, seconds: int
) -> None:
    slot = Slot(sitting=Sitting(deadline_at=DEADLINE + timedelta(minutes=1)), deadline_at=slot_deadline)
    assert deadlines.time_left(slot, DEADLINE + timedelta(seconds=now)) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("percent", "minutes", "seconds"), [(0, 60, 45), (25, 75, 56), (100, 120, 90)])
def test_extra_time_lengthens_exams_and_rounds(percent: int, minutes: int, seconds: int) -> None:
    enrolment = Enrolment(extra_time_percent=percent)
    assert deadlines.with_extra_time(timedelta(hours=1), enrolment) == timedelta(minutes=minutes)
    assert deadlines.round_seconds(Viva(rounds=1, pairs=2, distractors=0, seconds_a_round=45), enrolment) == seconds
