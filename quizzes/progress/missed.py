"""The questions that a student answered wrong the last time, to be read again or printed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from quizzes import presentations
from quizzes.models import Presentation, ReviewEvent, Student

LOOKED_AT = 500
"""The newest answers that are looked through."""
SHOWN = 40


@dataclass(frozen=True)
class MissedQuestion:
    """A question as it was put last, with the answer that was not right."""

    answered: ReviewEvent
    presentation: Presentation


def load_missed(student: Student) -> list[MissedQuestion]:
    """Return the items whose newest answer was not right, the newest first, 40 at most; a fixed number of queries.

    Answers in exams are shown with their results, when the exam shows them, and nothing of what an open exam asks.
    """
    answers = ReviewEvent.objects.counting().filter(
        student=student, type=ReviewEvent.Type.REVIEW, presentation__in_sitting=False
    )
    rows = answers.order_by("-sequence").values_list("pk", "presentation__version__item", "score")[:LOOKED_AT]
    newest = {item: (pk, score) for pk, item, score in reversed(list(rows))}
    asked_now = presentations.items_in_open_sittings(student)
    missed = [pk for item, (pk, score) in newest.items() if score is not None and score < 1 and item not in asked_now]
    events = list(ReviewEvent.objects.filter(pk__in=missed).select_related("corrected").order_by("-sequence")[:SHOWN])
    put = Presentation.objects.filter(pk__in=[event.presentation_id for event in events]).with_versions()
    by_id: dict[uuid.UUID | None, Presentation] = {presentation.pk: presentation for presentation in put}
    return [MissedQuestion(event, by_id[event.presentation_id]) for event in events]
