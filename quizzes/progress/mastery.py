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
from quizzes.models import Card, Student
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
    published = Card.objects.filter(student=student, item__published__isnull=False, item__retired_at__isnull=True)
    cards = published.filter(outside_pools("item__"))
    # Cards that stand alike are one row: above all those of a concept that were never seen.
    standing = ("stability", "last_review_on", "item__concepts")
    alike = cards.exclude(item__concepts__isnull=True).order_by().values(*standing).annotate(cards=Count("pk"))
    numbers: dict[int, int] = defaultdict(lambda: len(numbers))
    ratios, concept, counts = [], [], []  # of days since the review to stability; NaN where there was none
    for stability, last_review_on, key, count in alike.values_list(*standing, "cards"):
        elapsed = max((today - last_review_on).days, 0) if last_review_on else 0
        ratios.append(np.nan if stability is None else elapsed / stability)
        concept.append(numbers[key])
        counts.append(count)
    ratio = np.array(ratios, dtype=float)
    w = w or change_log.load_parameters(student)
    recall = np.where(np.isnan(ratio), 0.0, fsrs.retrievability(np.nan_to_num(ratio), 1.0, w))
    times = np.array(counts, dtype=int)
    of_concepts = np.repeat(np.array(concept, dtype=int), times)
    mastery = concepts.mastery(np.repeat(recall, times), of_concepts, len(numbers))
    return {key: mastery[number] for key, number in numbers.items()}


def find_weakest_concepts(student: Student, limit: int = 5) -> list[ConceptMastery]:
    """The concepts that the student has begun and knows least now, the weakest first."""
    mastery = load_mastery(student)
    begun = [key for key, known in mastery.items() if known.mastery > 0]
    studied = student.enrolments.studied().values("course")
    concepts_begun = Concept.objects.filter(pk__in=begun, course__in=studied).select_related("lesson", "course")
    weakest_first = sorted(concepts_begun, key=lambda concept: mastery[concept.pk].mastery)
    return [ConceptMastery(concept, mastery[concept.pk]) for concept in weakest_first[:limit]]
