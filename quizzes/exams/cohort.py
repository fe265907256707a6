"""How a cohort did in an exam: the totals, each item, and what was answered instead.

Two ways to look: the first sitting of each student, where an item counts if it was the student's first exposure to it
in any exam; or all sittings, each as if it were another student's. Only closed sittings count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import numpy as np
from django.db.models import QuerySet

from questions.models import ItemVersion
from quizzes import presentations
from quizzes.exams.item_results import AskedVersions, ItemResult, analyse_items
from quizzes.exams.outcome_rows import make_outcomes
from quizzes.exams.outcomes import AskedSlots, PackedOutcome, unpack
from quizzes.models import Exam, Sitting
from quizzes.statistics.reliability import Distribution, Reliability, distribution, reliability

SittingScope = Literal["first", "all"]
"""Whether the first sitting of each student counts, or all of them."""
BINS = 10
"""Bars of the histogram, each ten per cent wide."""


@dataclass(frozen=True)
class StudentScore:
    """A closed sitting, whose it is, and its points."""

    student: str
    name: str
    number: int
    state: str
    opened_at: datetime
    closed_at: datetime
    score: float
    max_score: float

    @property
    def percent(self) -> float:
        """The score in per cent."""
        return 100 * self.score / self.max_score if self.max_score else 0.0


@dataclass(frozen=True)
class CohortResults:
    """`totals` and `reliability` are in per cent of the marks; `bins` counts the totals of each ten per cent."""

    totals: Distribution | None
    reliability: Reliability | None
    bins: list[int]
    items: list[ItemResult]


def cohort_results(exam: Exam, scope: SittingScope = "first") -> CohortResults:
    """The cohort's results; a fixed number of queries whatever its size."""
    by_student = _closed(exam, scope).order_by("student__username", "number")
    points = np.array(by_student.values_list("score", "max_score"), dtype=float).reshape(-1, 2)
    score, most = np.nan_to_num(points).T
    percents = np.divide(100 * score, most, out=np.zeros_like(score), where=most > 0)
    asked = _load_asked(exam, scope)
    bins = np.bincount(np.clip(percents // (100 / BINS), 0, BINS - 1).astype(int), minlength=BINS)
    items = analyse_items(asked, _load_versions(asked))
    return CohortResults(distribution(percents), _reliability(asked), bins.tolist(), items)


def student_scores(exam: Exam, scope: SittingScope = "first") -> Iterator[StudentScore]:
    """The closed sittings by student, one at a time."""
    sittings = _closed(exam, scope).select_related("student").order_by("student__username", "number")
    for sitting in sittings.iterator(chunk_size=1000):
        assert sitting.closed_at is not None
        yield StudentScore(
            student=sitting.student.get_username(),
            name=sitting.student.get_full_name(),
            number=sitting.number,
            state=sitting.state,
            opened_at=sitting.opened_at,
            closed_at=sitting.closed_at,
            score=sitting.score or 0.0,
            max_score=sitting.max_score or 0.0,
        )


def _closed(exam: Exam, scope: SittingScope) -> QuerySet[Sitting]:
    """The closed sittings in the scope."""
    closed = Sitting.objects.filter(exam=exam).exclude(state=Sitting.State.OPEN)
    return closed.filter(number=1) if scope == "first" else closed


def _load_asked(exam: Exam, scope: SittingScope) -> AskedSlots:
    """The slots of the closed sittings, by sitting; of those that were not packed at closing by their slots."""
    closed = _closed(exam, scope).order_by("pk")
    packed = closed.values_list("pk", "outcome__slots", "outcome__picked")
    outcomes = {sitting: slots and PackedOutcome(bytes(slots), picked) for sitting, slots, picked in packed}
    if None in outcomes.values():
        outcomes |= make_outcomes(closed.filter(outcome=None), exam.course_id)
    asked = unpack([outcome for outcome in outcomes.values() if outcome])
    return asked if scope == "first" else replace(asked, is_first=np.ones_like(asked.is_first))


def _load_versions(asked: AskedSlots) -> AskedVersions:
    """The versions in which items were met for the first time, with their bodies; one query."""
    versions = ItemVersion.objects.select_related("item").in_bulk(np.unique(asked.version[asked.is_first]).tolist())
    return AskedVersions(versions, {pk: presentations.body_of(version) for pk, version in versions.items()})


def _reliability(asked: AskedSlots) -> Reliability | None:
    """The reliability of the sittings that have all slots.

    One that is shorter than the others, since an item could not be put, cannot be compared with them slot by slot.
    """
    lengths = np.bincount(asked.row)
    most = int(lengths.max(initial=0))
    if not most:
        return None
    complete = asked.score[lengths[asked.row] == most].reshape(-1, most)
    return reliability(complete * (100 / most))
