"""When a card would come due after each rating, for who rates themselves."""

from __future__ import annotations

import copy
import uuid
from datetime import datetime

from quizzes.calendar import study_day
from quizzes.memory.rating import Rating
from quizzes.models import Card, ReviewEvent, Student
from quizzes.reviews import change_log, memory_states


def preview_ratings(student: Student, card: Card, now: datetime) -> dict[str, datetime | None]:
    """Return when the card would come due if it were rated now, by the name of the rating; nothing is stored."""
    w = change_log.load_parameters(student)
    event = ReviewEvent(event_id=uuid.uuid4(), occurred_at=now, study_date=study_day(student, now).date)
    due: dict[str, datetime | None] = {}
    for rating in Rating:
        after = copy.copy(card)
        memory_states.step([memory_states.Step(after, rating.value)], event, w)
        due[rating.name.lower()] = memory_states.due(student, after, w)
    return due
