"""A student's answers in a course, the newest first, for staff."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from questions.models import Course
from quizzes.models import Presentation, ReviewEvent, Slot, Student, WithheldAnswer


@dataclass(frozen=True)
class HistoryFilter:
    """Which answers: about a concept, by its key, if any; `wrong`: those that were not right; `exams`: in exams."""

    concept: int | None = None
    which: str = ""


def list_events(student: Student, course: Course, wanted: HistoryFilter) -> QuerySet[ReviewEvent]:
    """Return the answers that count, the newest first."""
    events = ReviewEvent.objects.counting().filter(
        student=student, type=ReviewEvent.Type.REVIEW, presentation__version__item__course=course
    )
    if wanted.concept is not None:
        events = events.filter(presentation__version__tags__concept=wanted.concept)
    match wanted.which:
        case "wrong":
            events = events.filter(score__lt=1)
        case "exams":
            events = events.filter(presentation__in_sitting=True)
    return events.select_related("corrected").order_by("-sequence")


def load_presentations(events: Iterable[ReviewEvent]) -> dict[uuid.UUID | None, Presentation]:
    """The questions of these answers as they were put, by key; two queries."""
    put = Presentation.objects.filter(pk__in=[event.presentation_id for event in events]).with_versions()
    return {presentation.pk: presentation for presentation in put}


def count_withheld(student: Student, course: Course) -> int:
    """Return how many answers in exams are not among them yet: they count once their sitting is released."""
    return (
        Slot.objects.filter(sitting__student=student, sitting__exam__course=course, sitting__released_at=None)
        .exclude(response=None)
        .count()
    )


def list_refused(student: Student, course: Course) -> list[WithheldAnswer]:
    """Return the answers that waited for an exam and could not be taken afterwards, the oldest first; one query."""
    refused = WithheldAnswer.objects.filter(student=student, item__course=course).not_taken()
    return list(refused.select_related("item").order_by("arrived_at", "pk"))
