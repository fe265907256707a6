"""Review logs that were not answered one by one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.test.utils import CaptureQueriesContext

from examprep.models import User
from quizzes.models import ReviewEvent


def statements(captured: CaptureQueriesContext) -> list[str]:
    """The statements that ran, without savepoints.

    And without those that run once a process, or once for all students: they load and store what is practised along,
    and load what concepts are called.
    """
    once = ("SAVEPOINT", 'INTO "quizzes_pract', 'FROM "questions_itemconcept"', 'FROM "questions_versionconcept"')
    return [query["sql"] for query in captured if not any(text in query["sql"] for text in once)]


def store_events(student: User, instants: Sequence[datetime]) -> list[ReviewEvent]:
    """Store an answer at each instant, received by the first of them; the lines of their cards are the caller's."""
    log = student.change_log
    log.refresh_from_db()
    events = [
        ReviewEvent(
            student=student,
            event_id=uuid.uuid4(),
            sequence=number,
            type="review",
            body_hash="0" * 64,
            device=uuid.UUID(int=1),
            device_occurred_at=instant,
            occurred_at=instant,
            study_date=instant.date(),
            received_at=instants[0],
        )
        for number, instant in enumerate(instants, log.last_sequence + 1)
    ]
    log.last_sequence += len(events)
    log.save()
    return ReviewEvent.objects.bulk_create(events, batch_size=500)
