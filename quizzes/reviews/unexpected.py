"""Wrong answers that no author expected: what students of an item have in common."""

from __future__ import annotations

from dataclasses import dataclass

from questions import kinds
from questions.models import ItemVersion
from questions.variants.misconceptions import Misconception
from quizzes.models import OF_STUDENTS, ReviewEvent
from quizzes.presentations import body_of

MOST = 300
"""Answers that are looked at, the newest first: a third of a second, since each is held against each other's."""


@dataclass(frozen=True)
class Unexpected:
    """What wrong answers to a version have in common; so many of them were looked at."""

    looked_at: int
    mistakes: list[Misconception]


def find_unexpected(version: ItemVersion) -> Unexpected:
    """Look at the newest wrong answers of students to a version; what staff tried does not count."""
    events = (
        ReviewEvent.objects.counting()
        .filter(OF_STUDENTS, presentation__version=version, score__lt=1)
        .select_related("presentation")
        .order_by("-id")[:MOST]
    )
    answers = [(event.student_id, event.presentation.answer, event.response) for event in events if event.presentation]
    return Unexpected(len(answers), kinds.get(version.kind).unexpected(body_of(version), answers))
