"""How a cohort did in an exam: the totals, each item, and what was answered instead.

Two ways to look: the first sitting of each student, where an item counts if it was the student's first exposure to it
in any exam; or all sittings, each as if it were another student's. Only closed sittings count.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
from django.db.models import Min, QuerySet

from questions import kinds
from questions.models import ItemVersion
from quizzes.exams.item_results import AskedItem, AskedVersions, ItemResult, analyse_items
from quizzes.models import Exam, Sitting, Slot
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
    percents = np.array([score.percent for score in student_scores(exam, scope)])
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


def _load_asked(exam: Exam, scope: SittingScope) -> list[AskedItem]:
    """The slots of the closed sittings, by sitting."""
    first_met = _load_first_met(exam) if scope == "first" else {}
    slots = Slot.objects.filter(sitting__in=_closed(exam, scope)).order_by("sitting", "number")
    fields = (
        *("sitting", "sitting__student", "sitting__opened_at", "score"),
        *("presentation__version__item", "presentation__version", "response", "presentation__answer"),
    )
    rows: dict[uuid.UUID, int] = {}
    return [
        AskedItem(
            row=rows.setdefault(sitting, len(rows)),
            score=score or 0.0,
            item=item,
            version=version,
            is_first=first_met.get((student, item), opened_at) == opened_at,
            response=response,
            answer=answer,
        )
        for sitting, student, opened_at, score, item, version, response, answer in slots.values_list(*fields).iterator(
            chunk_size=1000
        )
    ]


def _load_first_met(exam: Exam) -> dict[tuple[int, int], datetime]:
    """When each student of the exam was asked each item first, in any exam of its course that they closed."""
    item = "presentation__version__item"
    students = _closed(exam, "first").values("student")
    slots = Slot.objects.filter(sitting__student__in=students, sitting__exam__course=exam.course_id)
    slots = slots.exclude(sitting__state=Sitting.State.OPEN).order_by()
    first = slots.values_list("sitting__student", item).annotate(at=Min("sitting__opened_at"))
    return {(student, asked): at for student, asked, at in first}


def _load_versions(asked: Sequence[AskedItem]) -> AskedVersions:
    """The versions in which items were met for the first time, with their bodies; one query."""
    versions = ItemVersion.objects.select_related("item").in_bulk({slot.version for slot in asked if slot.is_first})
    return AskedVersions(versions, {pk: kinds.parse(version.kind, version.body) for pk, version in versions.items()})


def _reliability(asked: Sequence[AskedItem]) -> Reliability | None:
    """The reliability of the sittings that have all slots.

    One that is shorter than the others, since an item could not be put, cannot be compared with them slot by slot.
    """
    by_row: dict[int, list[float]] = defaultdict(list)
    for slot in asked:
        by_row[slot.row].append(slot.score)
    most = max(map(len, by_row.values()), default=0)
    complete = [scores for scores in by_row.values() if len(scores) == most]
    return reliability(np.array(complete) * (100 / most)) if most else None
