"""How well a student knows each concept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import Count
from django.utils import timezone

from questions.models import Concept, outside_pools
from quizzes.calendar import study_day
from quizzes.memory import concepts, fsrs
from quizzes.models import Card, Enrolment, Student
from quizzes.models.statements import Prepared, number
from quizzes.reviews import change_log


@dataclass(frozen=True)
class ConceptMastery:
    """A concept, and a student's mastery of it: None for a visitor, and where the student has no card about it."""

    concept: Concept
    mastery: concepts.Mastery | None

    @property
    def begun(self) -> bool:
        """Whether the student has answered anything about it."""
        return self.mastery is not None and self.mastery.mastery > 0

    @property
    def percent(self) -> int:
        """The mastery from 0 to 100, for a meter."""
        return round(100 * self.mastery.mastery) if self.mastery else 0


def load_mastery(
    student: Student, *, now: datetime | None = None, w: Sequence[float] | None = None
) -> dict[int, concepts.Mastery]:
    """The student's mastery of each concept that published items are tagged with, by its key.

    Two queries; one for who knows the parameters `w` of the student's memory.
    """
    today = study_day(student, now or timezone.now()).date
    places: dict[int, int] = defaultdict(lambda: len(places))
    ratios, concept, counts = [], [], []  # of days since the review to stability; NaN where there was none
    for stability, last_review_on, key, count in _CARDS_ALIKE.run(student=student.pk):
        elapsed = max((today - last_review_on).days, 0) if last_review_on else 0
        ratios.append(np.nan if stability is None else elapsed / stability)
        concept.append(places[key])
        counts.append(count)
    ratio = np.array(ratios, dtype=float)
    w = w or change_log.load_parameters(student)
    recall = np.where(np.isnan(ratio), 0.0, fsrs.retrievability(np.nan_to_num(ratio), 1.0, w))
    times = np.array(counts, dtype=int)
    of_concepts = np.repeat(np.array(concept, dtype=int), times)
    mastery = concepts.mastery(np.repeat(recall, times), of_concepts, len(places))
    return {key: mastery[place] for key, place in places.items()}


_STANDING = ("stability", "last_review_on", "item__concepts")
_CARDS_ALIKE = Prepared(
    # Cards that stand alike are one row: above all those of a concept that were never seen.
    lambda: (
        Card.objects.filter(student=number("student"), item__published__isnull=False, item__retired_at__isnull=True)
        .filter(outside_pools("item__"))
        .exclude(item__concepts__isnull=True)
        .order_by()
        .values(*_STANDING)
        .annotate(cards=Count("pk"))
        .values_list(*_STANDING, "cards")
    )
)


def find_weakest_concepts(student: Student, limit: int = 5) -> list[ConceptMastery]:
    """The concepts that the student has begun and knows least now, the weakest first."""
    mastery = load_mastery(student)
    begun = [key for key, known in mastery.items() if known.mastery > 0]
    if not begun:
        return []
    concepts_begun = _OF_STUDIED_COURSES.run(concepts=begun, student=student.pk)
    weakest_first = sorted(concepts_begun, key=lambda concept: mastery[concept.pk].mastery)
    return [ConceptMastery(concept, mastery[concept.pk]) for concept in weakest_first[:limit]]


_OF_STUDIED_COURSES = Prepared(
    lambda: Concept.objects.filter(
        pk__in=number("concepts", many=True),
        course__in=Enrolment.objects.studied().filter(student=number("student")).values("course"),
    ).select_related("lesson", "course")
)
