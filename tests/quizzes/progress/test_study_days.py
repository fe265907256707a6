"""How a study day went, and what the day after holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from examprep.models import User
from quizzes import progress
from quizzes.calendar import study_day
from quizzes.models import Card


@pytest.mark.parametrize(
    ("now", "ends_at"),
    [
        # The day after has 23 hours, or 25.
        (datetime(2026, 3, 27, 20, tzinfo=UTC), datetime(2026, 3, 29, 2, tzinfo=UTC)),
        (datetime(2026, 10, 23, 20, tzinfo=UTC), datetime(2026, 10, 25, 3, tzinfo=UTC)),
    ],
)
def test_what_is_due_tomorrow_is_due_before_tomorrow_ends_by_its_own_clock(
    student: User, now: datetime, ends_at: datetime
) -> None:
    student.time_zone = "Europe/Berlin"
    within, beyond = Card.objects.filter(student=student, facet="")[:2]
    for card, due_at in ((within, ends_at - timedelta(minutes=1)), (beyond, ends_at)):
        Card.objects.filter(pk=card.pk).update(due_at=due_at)

    assert progress.summarize_day(student, study_day(student, now)).due_tomorrow == 1
