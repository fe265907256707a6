"""How a cohort did in an exam: the totals, each item, and what was answered instead.

Two ways to look: the first sitting of each student, where an item counts if it was the student's first exposure to it
in any exam; or all sittings, each as if it were another student's. Only closed sittings count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
from django.db.models import Min, QuerySet

from questions import kinds
from questions.kinds.base import ResponseError
from questions.models import ItemVersion
from quizzes.models import Exam, Sitting, Slot
from quizzes.statistics.discrimination import discrimination, efficiency, rest
from quizzes.statistics.distractors import Chosen, distractors
from quizzes.statistics.facility import Estimate, deviation, facility
from quizzes.statistics.reliability import Distribution, Reliability, distribution, reliability

Which = Literal["first", "all"]
BINS = 10
"""Bars of the histogram, each ten per cent wide."""
EASY, HARD, BLUNT = 0.95, 0.2, 0.1
"""Facility from which an item is too easy, and to which too hard; discrimination to which it tells nothing."""
ENOUGH = 20
"""Answers below which facility and choices are not judged."""
NOTHING = "(left empty)"


@dataclass(frozen=True)
class Result:
    """A closed sitting; `percent` is its score."""

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
        return 100 * self.score / self.max_score if self.max_score else 0.0


@dataclass(frozen=True)
class Answer:
    """An option or a mistake, and who gave it; `typed` is in the words of a student."""

    chosen: Chosen
    right: bool
    typed: bool


@dataclass(frozen=True)
class ItemResult:
    """An item over the `n` who were asked it."""

    pk: int
    slug: str
    kind: str
    n: int
    facility: Estimate
    deviation: float | None
    discrimination: Estimate | None
    efficiency: float | None
    answers: list[Answer]
    flags: list[str]


@dataclass(frozen=True)
class Cohort:
    """`totals` and `reliability` are in per cent of the marks; `bins` counts the totals of each ten per cent."""

    totals: Distribution | None
    reliability: Reliability | None
    bins: list[int]
    items: list[ItemResult]


@dataclass(frozen=True)
class Asked:
    """A slot, as statistics need it; `fresh` is a first exposure."""

    row: int
    score: float
    item: int
    version: int
    fresh: bool
    response: Any
    answer: Any


def results(exam: Exam, which: Which = "first") -> Cohort:
    """The cohort's results; the same few queries whatever its size."""
    percents = np.array([result.percent for result in sittings(exam, which)])
    asked, rows = _asked(exam, which)
    bins = np.bincount(np.clip(percents // (100 / BINS), 0, BINS - 1).astype(int), minlength=BINS)
    return Cohort(distribution(percents), _reliability(asked, rows), bins.tolist(), _items(asked, rows))


def sittings(exam: Exam, which: Which = "first") -> Iterator[Result]:
    """The closed sittings by student, one at a time."""
    rows = _closed(exam, which).select_related("student").order_by("student__username", "number")
    for one in rows.iterator(chunk_size=1000):
        assert one.closed_at is not None
        yield Result(
            one.student.get_username(),
            one.student.get_full_name(),
            one.number,
            one.state,
            one.opened_at,
            one.closed_at,
            one.score or 0.0,
            one.max_score or 0.0,
        )


def _closed(exam: Exam, which: Which) -> QuerySet[Sitting]:
    found = Sitting.objects.filter(exam=exam).exclude(state=Sitting.State.OPEN)
    return found.filter(number=1) if which == "first" else found


def _asked(exam: Exam, which: Which) -> tuple[list[Asked], int]:
    """The slots of the closed sittings, each with its sitting's row, and how many rows there are."""
    of = Slot.objects.filter(sitting__in=_closed(exam, which))
    item = "presentation__version__item"
    first: dict[tuple[int, int], datetime] = {}
    if which == "first":
        students = _closed(exam, which).values("student")
        seen = Slot.objects.filter(sitting__student__in=students, sitting__exam__course=exam.course_id)
        seen = seen.exclude(sitting__state=Sitting.State.OPEN).order_by()
        for student, of_item, at in seen.values_list("sitting__student", item).annotate(at=Min("sitting__opened_at")):
            first[student, of_item] = at
    fields = ("sitting", "sitting__student", "sitting__opened_at", "score", item, "presentation__version")
    rows: dict[Any, int] = {}
    found = []
    for sitting, student, at, score, of_item, version, response, answer in (
        of.order_by("sitting", "number")
        .values_list(*fields, "response", "presentation__answer")
        .iterator(chunk_size=1000)
    ):
        row = rows.setdefault(sitting, len(rows))
        fresh = first.get((student, of_item), at) == at
        found.append(Asked(row, score or 0.0, of_item, version, fresh, response, answer))
    return found, len(rows)


def _reliability(asked: Sequence[Asked], rows: int) -> Reliability | None:
    """Of the sittings that have all slots: one shorter than the others, where an item was broken, has no column."""
    slots: list[list[float]] = [[] for _ in range(rows)]
    for one in asked:
        slots[one.row].append(one.score)
    most = max(map(len, slots), default=0)
    return reliability(np.array([row for row in slots if len(row) == most]) * (100 / most)) if most else None


def _items(asked: Sequence[Asked], rows: int) -> list[ItemResult]:
    """A line for each item that somebody met for the first time, by slug."""
    column = {item: at for at, item in enumerate(sorted({one.item for one in asked}))}
    scores = np.full((rows, len(column)), np.nan)
    by_item: dict[int, list[Asked]] = defaultdict(list)
    for one in asked:
        scores[one.row, column[one.item]] = one.score
        if one.fresh:
            by_item[one.item].append(one)
    others = rest(scores, np.ones(len(column)))
    totals = np.array([row[~np.isnan(row)].mean() for row in scores])
    versions = ItemVersion.objects.select_related("item").in_bulk({one.version for one in asked if one.fresh})
    bodies = {pk: kinds.parse(version.kind, version.body) for pk, version in versions.items()}
    found = [
        _item(slots, others[[one.row for one in slots], column[item]], totals, versions, bodies)
        for item, slots in by_item.items()
    ]
    return sorted(found, key=lambda one: one.slug)


def _item(
    slots: Sequence[Asked], others: Any, totals: Any, versions: dict[int, ItemVersion], bodies: dict[int, Any]
) -> ItemResult:
    newest = max((versions[one.version] for one in slots), key=lambda version: version.number)
    options = {option.text: option for option in kinds.get(newest.kind).options(bodies[newest.pk])}
    x = [one.score for one in slots]
    easy = facility(x)
    assert easy is not None
    sharp = discrimination(x, others)
    picked = [
        [NOTHING] if one.response is None else _picked(versions[one.version], bodies[one.version], one) for one in slots
    ]
    answers = [
        Answer(
            chosen,
            chosen.option in options and options[chosen.option].right,
            newest.kind == "short_text" and chosen.option not in options and chosen.option != NOTHING,
        )
        for chosen in distractors(picked, totals[[one.row for one in slots]], list(options))
    ]
    return ItemResult(
        newest.item_id,
        newest.item.slug,
        newest.kind,
        len(slots),
        easy,
        deviation(x),
        sharp,
        efficiency(x, others),
        answers,
        _flags(newest.kind, len(slots), easy, sharp, answers),
    )


def _picked(version: ItemVersion, body: Any, one: Asked) -> list[str]:
    try:
        return kinds.get(version.kind).picked(body, one.answer, one.response) or ["(nothing ticked)"]
    except ResponseError:
        # Saved before a change of what is understood; it was graded 0.
        return ["(not understood)"]


def _flags(kind: str, n: int, easy: Estimate, sharp: Estimate | None, answers: Sequence[Answer]) -> list[str]:
    """What an author should look at, in plain words."""
    found = []
    if sharp and sharp.high < 0:
        found.append("better students do worse: check the key")
    if n < ENOUGH:
        return found
    if easy.value >= EASY:
        found.append("too easy")
    if easy.value <= HARD:
        found.append("almost nobody is right")
    if sharp and sharp.high >= 0 and sharp.value < BLUNT:
        found.append("hardly tells who knows more")
    if kind == "single_choice":
        best = max(answers, key=lambda each: each.chosen.upper)
        if not best.right and best.chosen.option != NOTHING:
            found.append("the upper third prefers a wrong choice: check the key")
        if unused := sum(not each.right and not each.chosen.all for each in answers):
            found.append(f"{unused} wrong {'choice' if unused == 1 else 'choices'} that nobody takes")
    return found
