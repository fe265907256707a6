"""How a cohort did in an exam: the totals, each item, and what was answered instead.

Two ways to look: the first sitting of each student, where an item counts if it was the student's first exposure to it
in any exam; or all sittings, each as if it were another student's. Only closed sittings count.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import numpy as np
from django.db.models import Min, QuerySet
from numpy.typing import NDArray

from questions import kinds
from questions.kinds import ResponseError
from questions.models import ItemVersion
from quizzes.exams.item_flags import LEFT_EMPTY, flag_item
from quizzes.models import Exam, Sitting, Slot
from quizzes.statistics.discrimination import discrimination, efficiency, rest
from quizzes.statistics.distractors import Chosen, distractors
from quizzes.statistics.facility import Estimate, deviation, facility
from quizzes.statistics.reliability import Distribution, Reliability, distribution, reliability

if TYPE_CHECKING:
    from pydantic import BaseModel

    from quizzes.exams.payloads import Document

Which = Literal["first", "all"]
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
class AnswerCount:
    """An option or a mistake, and how many gave it; `typed` says that it is in the words of a student."""

    chosen: Chosen
    right: bool
    typed: bool


@dataclass(frozen=True)
class ItemResult:
    """An item over the `n` who were asked it; `flags` says in words what its author should look at."""

    pk: int
    slug: str
    kind: str
    n: int
    facility: Estimate
    deviation: float | None
    discrimination: Estimate | None
    efficiency: float | None
    answers: list[AnswerCount]
    flags: list[str]


@dataclass(frozen=True)
class CohortResults:
    """`totals` and `reliability` are in per cent of the marks; `bins` counts the totals of each ten per cent."""

    totals: Distribution | None
    reliability: Reliability | None
    bins: list[int]
    items: list[ItemResult]


@dataclass(frozen=True)
class _Asked:
    """A slot as statistics need it: `row` numbers its sitting, `is_first` says that its student had not met the item
    in an exam before."""

    row: int
    score: float
    item: int
    version: int
    is_first: bool
    response: Document | None
    answer: Document


@dataclass(frozen=True)
class _Scores:
    """Shares of all slots: `totals` by sitting, and `others` (sittings × items), that of the sitting's other items."""

    column: dict[int, int]
    totals: NDArray[np.float64]
    others: NDArray[np.float64]


@dataclass(frozen=True)
class _Versions:
    """The versions that were asked, and their bodies, by their keys."""

    versions: Mapping[int, ItemVersion]
    bodies: Mapping[int, BaseModel]


def cohort_results(exam: Exam, which: Which = "first") -> CohortResults:
    """The cohort's results; a fixed number of queries whatever its size."""
    percents = np.array([score.percent for score in student_scores(exam, which)])
    asked = _load_asked(exam, which)
    bins = np.bincount(np.clip(percents // (100 / BINS), 0, BINS - 1).astype(int), minlength=BINS)
    return CohortResults(distribution(percents), _reliability(asked), bins.tolist(), _item_results(asked))


def student_scores(exam: Exam, which: Which = "first") -> Iterator[StudentScore]:
    """The closed sittings by student, one at a time."""
    sittings = _closed(exam, which).select_related("student").order_by("student__username", "number")
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


def _closed(exam: Exam, which: Which) -> QuerySet[Sitting]:
    closed = Sitting.objects.filter(exam=exam).exclude(state=Sitting.State.OPEN)
    return closed.filter(number=1) if which == "first" else closed


def _load_asked(exam: Exam, which: Which) -> list[_Asked]:
    """The slots of the closed sittings, by sitting."""
    first_met = _load_first_met(exam) if which == "first" else {}
    slots = Slot.objects.filter(sitting__in=_closed(exam, which)).order_by("sitting", "number")
    fields = (
        *("sitting", "sitting__student", "sitting__opened_at", "score"),
        *("presentation__version__item", "presentation__version", "response", "presentation__answer"),
    )
    rows: dict[uuid.UUID, int] = {}
    return [
        _Asked(
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


def _reliability(asked: Sequence[_Asked]) -> Reliability | None:
    """Of the sittings that have all slots: one shorter than the others, where an item was broken, has no column."""
    by_row: dict[int, list[float]] = defaultdict(list)
    for slot in asked:
        by_row[slot.row].append(slot.score)
    most = max(map(len, by_row.values()), default=0)
    complete = [scores for scores in by_row.values() if len(scores) == most]
    return reliability(np.array(complete) * (100 / most)) if most else None


def _item_results(asked: Sequence[_Asked]) -> list[ItemResult]:
    """A result for each item that somebody met for the first time, by slug."""
    scores = _scores(asked)
    by_item: dict[int, list[_Asked]] = defaultdict(list)
    for slot in asked:
        if slot.is_first:
            by_item[slot.item].append(slot)
    versions = ItemVersion.objects.select_related("item").in_bulk({slot.version for slot in asked if slot.is_first})
    bodies = {pk: kinds.parse(version.kind, version.body) for pk, version in versions.items()}
    results = [_item_result(slots, scores, _Versions(versions, bodies)) for slots in by_item.values()]
    return sorted(results, key=lambda result: result.slug)


def _scores(asked: Sequence[_Asked]) -> _Scores:
    column = {item: at for at, item in enumerate(sorted({slot.item for slot in asked}))}
    scores = np.full((max((slot.row + 1 for slot in asked), default=0), len(column)), np.nan)
    for slot in asked:
        scores[slot.row, column[slot.item]] = slot.score
    totals = np.array([row[~np.isnan(row)].mean() for row in scores])
    return _Scores(column, totals, rest(scores, np.ones(len(column))))


def _item_result(slots: Sequence[_Asked], scores: _Scores, of: _Versions) -> ItemResult:
    newest = max((of.versions[slot.version] for slot in slots), key=lambda version: version.number)
    shares = [slot.score for slot in slots]
    others = scores.others[[slot.row for slot in slots], scores.column[newest.item_id]]
    share_right, discriminates = facility(shares), discrimination(shares, others)
    assert share_right is not None
    answers = _answer_counts(slots, scores, of, newest)
    return ItemResult(
        pk=newest.item_id,
        slug=newest.item.slug,
        kind=newest.kind,
        n=len(slots),
        facility=share_right,
        deviation=deviation(shares),
        discrimination=discriminates,
        efficiency=efficiency(shares, others),
        answers=answers,
        flags=flag_item(newest.kind, len(slots), share_right, discriminates, answers),
    )


def _answer_counts(slots: Sequence[_Asked], scores: _Scores, of: _Versions, newest: ItemVersion) -> list[AnswerCount]:
    options = {option.text: option for option in kinds.get(newest.kind).options(of.bodies[newest.pk])}
    picked = [_picked(slot, of) for slot in slots]
    totals = scores.totals[[slot.row for slot in slots]]
    return [
        AnswerCount(
            chosen,
            right=chosen.option in options and options[chosen.option].right,
            typed=kinds.get(newest.kind).quotes_answers
            and chosen.option not in options
            and chosen.option != LEFT_EMPTY,
        )
        for chosen in distractors(picked, totals, list(options))
    ]


def _picked(slot: _Asked, of: _Versions) -> list[str]:
    """The options that an answer amounts to."""
    if slot.response is None:
        return [LEFT_EMPTY]
    kind = kinds.get(of.versions[slot.version].kind)
    try:
        return kind.picked(of.bodies[slot.version], slot.answer, slot.response) or ["(nothing ticked)"]
    except ResponseError:
        # Saved before a change of what is understood; it was graded 0.
        return ["(not understood)"]
