"""How a cohort did in an exam: the totals, each item, and what was answered instead.

Two ways to look: the first sitting of each student, where an item counts if it was the student's first exposure to it
in any exam; or all sittings, each as if it were another student's. Only closed sittings count that are not void, and
none of staff. Of all the course, or of one of its sections.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import numpy as np
from django.db.models import QuerySet

from questions import kinds
from questions.models import ItemVersion
from quizzes import presentations
from quizzes.exams.expecting import Accuracy, Expectations, compare, judge
from quizzes.exams.item_results import AskedVersions, ItemResult, analyse_items
from quizzes.exams.outcome_rows import make_outcomes
from quizzes.exams.outcomes import SLOT, AskedSlots, PackedOutcome, unpack
from quizzes.exams.part_results import PartScores
from quizzes.models import OF_STUDENTS, Enrolment, Exam, Sitting, SittingOutcome, Slot
from quizzes.statistics.reliability import Distribution, Reliability, distribution, reliability

SittingScope = Literal["first", "all"]
"""Whether the first sitting of each student counts, or all of them."""
Packed = bytes | memoryview
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
    expected: float | None = None
    half: float | None = None
    """What was expected of it when it began, of the points that count, and half of the 90 % interval."""

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
    accuracy: Accuracy | None
    """How the scores came out that sittings were expected to give; None where that was not kept."""


def cohort_results(exam: Exam, scope: SittingScope = "first", section: int | None = None) -> CohortResults:
    """The cohort's results, or those of a section by its key; a fixed number of queries whatever its size."""
    closed = _closed(exam, scope, section)
    by_student = closed.order_by("student__username", "number")
    points = np.array(by_student.values_list("score", "max_score"), dtype=float).reshape(-1, 2)
    score, most = np.nan_to_num(points).T
    percents = np.divide(100 * score, most, out=np.zeros_like(score), where=most > 0)
    asked, sittings, accuracy = _load_asked(closed, exam.course_id, scope)
    bins = np.bincount(np.clip(percents // (100 / BINS), 0, BINS - 1).astype(int), minlength=BINS)
    rows = {sitting: row for row, sitting in enumerate(sittings)}
    items = analyse_items(asked, _load_versions(asked, closed, rows))
    return CohortResults(distribution(percents), _reliability(asked), bins.tolist(), items, accuracy)


def student_scores(exam: Exam, scope: SittingScope = "first", section: int | None = None) -> Iterator[StudentScore]:
    """The closed sittings by student, one at a time."""
    sittings = (
        _closed(exam, scope, section).select_related("student", "outcome").order_by("student__username", "number")
    )
    for sitting in sittings.iterator(chunk_size=1000):
        assert sitting.closed_at is not None
        outcome: SittingOutcome | None = getattr(sitting, "outcome", None)
        compared = _compare([(outcome.slots, sitting.expected)]) if outcome else None
        yield StudentScore(
            student=sitting.student.get_username(),
            name=sitting.student.get_full_name(),
            number=sitting.number,
            state=sitting.state,
            opened_at=sitting.opened_at,
            closed_at=sitting.closed_at,
            score=sitting.score or 0.0,
            max_score=sitting.max_score or 0.0,
            expected=float(compared.expected[0]) if compared else None,
            half=float(compared.half[0]) if compared else None,
        )


def _compare(sittings: Iterable[tuple[Packed, Packed | None]]) -> Expectations | None:
    """Hold what was expected of sittings against their packed slots; None where it was kept of none."""
    kept = [(bytes(slots), bytes(expected)) for slots, expected in sittings if expected is not None]
    if not kept:
        return None
    scores = [np.frombuffer(slots, SLOT)["score"] for slots, _ in kept]
    return compare([expected for _, expected in kept], scores)


def _closed(exam: Exam, scope: SittingScope, section: int | None) -> QuerySet[Sitting]:
    """The sittings of students in the scope."""
    sat = Sitting.objects.filter(OF_STUDENTS, exam=exam)
    if section is not None:
        sat = sat.filter(student__in=Enrolment.objects.filter(section=section).values("student"))
    return sat.first_counting() if scope == "first" else sat.counting()


def _load_asked(
    sittings: QuerySet[Sitting], course: int, scope: SittingScope
) -> tuple[AskedSlots, list[uuid.UUID], Accuracy | None]:
    """The slots of sittings of a course, by sitting, these in their order, and how their expected scores came out.

    Those of sittings that were not packed at closing are read one by one.
    """
    closed = sittings.order_by("pk")
    packed = list(closed.values_list("pk", "outcome__slots", "outcome__picked", "expected"))
    outcomes = {sitting: slots and PackedOutcome(bytes(slots), picked) for sitting, slots, picked, _ in packed}
    if None in outcomes.values():
        outcomes |= make_outcomes(closed.filter(outcome=None), course)
    expected = {sitting: each for sitting, _, _, each in packed}
    compared = _compare((outcome.slots, expected[sitting]) for sitting, outcome in outcomes.items() if outcome)
    asked = unpack([outcome for outcome in outcomes.values() if outcome])
    if scope == "all":
        asked = replace(asked, is_first=np.ones_like(asked.is_first))
    return asked, [sitting for sitting, outcome in outcomes.items() if outcome], judge(compared) if compared else None


def _load_versions(asked: AskedSlots, closed: QuerySet[Sitting], rows: Mapping[uuid.UUID, int]) -> AskedVersions:
    """The versions in which items were met for the first time, with their bodies, and parts' scores; two queries."""
    versions = ItemVersion.objects.select_related("item").in_bulk(np.unique(asked.version[asked.is_first]).tolist())
    with_parts = [pk for pk, version in versions.items() if kinds.get(version.kind).part_type]
    return AskedVersions(
        versions,
        {pk: presentations.body_of(version) for pk, version in versions.items()},
        _load_part_scores(with_parts, closed, rows),
    )


def _load_part_scores(versions: Sequence[int], closed: QuerySet[Sitting], rows: Mapping[uuid.UUID, int]) -> PartScores:
    """The scores of parts in all slots that asked one of these versions, by the row of their sitting; one query."""
    slots = Slot.objects.filter(sitting__in=closed.values("pk"), presentation__version__in=versions)
    graded = slots.values_list("sitting", "presentation__version__item", "grade__parts")
    return {
        (rows[sitting], item): {part: grade["score"] for part, grade in (parts or {}).items()}
        for sitting, item, parts in graded.iterator(chunk_size=1000)
        if sitting in rows
    }


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
