"""How each item did in an exam: facility, discrimination, and what was answered instead. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from questions import kinds
from questions.kinds import ResponseError
from quizzes.exams.item_flags import LEFT_EMPTY, AnswerCount, flag_item
from quizzes.statistics.discrimination import discrimination, efficiency, rest
from quizzes.statistics.distractors import distractors
from quizzes.statistics.facility import Estimate, deviation, facility

if TYPE_CHECKING:
    from pydantic import BaseModel

    from questions.models import ItemVersion
    from quizzes.exams.payloads import Document


@dataclass(frozen=True)
class ItemResult:
    """How the `n` who met an item first did in it (see docs/statistics.md for the numbers).

    `flags` says in words what its author should look at.
    """

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
class AskedItem:
    """An item as it was put in a sitting, with its score in [0, 1].

    `row` numbers the sitting; `is_first` says that its student had not met the item in an exam before.
    """

    row: int
    score: float
    item: int
    version: int
    is_first: bool
    response: Document | None
    answer: Document


@dataclass(frozen=True)
class _Scores:
    """Scores in [0, 1]: `totals` is the mean of each sitting, `others` (sittings × items) that without the item itself.

    `column` is the place of an item in `others`.
    """

    column: dict[int, int]
    totals: NDArray[np.float64]
    others: NDArray[np.float64]


@dataclass(frozen=True)
class AskedVersions:
    """The versions that were asked, and their bodies, by their keys."""

    versions: Mapping[int, ItemVersion]
    bodies: Mapping[int, BaseModel]


def analyse_items(asked: Sequence[AskedItem], asked_in: AskedVersions) -> list[ItemResult]:
    """A result for each item that somebody met for the first time, by slug."""
    scores = _scores(asked)
    by_item: dict[int, list[AskedItem]] = defaultdict(list)
    for slot in asked:
        if slot.is_first:
            by_item[slot.item].append(slot)
    results = [_item_result(slots, scores, asked_in) for slots in by_item.values()]
    return sorted(results, key=lambda result: result.slug)


def _scores(asked: Sequence[AskedItem]) -> _Scores:
    column = {item: at for at, item in enumerate(sorted({slot.item for slot in asked}))}
    scores = np.full((max((slot.row + 1 for slot in asked), default=0), len(column)), np.nan)
    for slot in asked:
        scores[slot.row, column[slot.item]] = slot.score
    totals = np.array([row[~np.isnan(row)].mean() for row in scores])
    return _Scores(column, totals, rest(scores, np.ones(len(column))))


def _item_result(slots: Sequence[AskedItem], scores: _Scores, asked_in: AskedVersions) -> ItemResult:
    newest = max((asked_in.versions[slot.version] for slot in slots), key=lambda version: version.number)
    shares = [slot.score for slot in slots]
    others = scores.others[[slot.row for slot in slots], scores.column[newest.item_id]]
    share_right, discriminates = facility(shares), discrimination(shares, others)
    assert share_right is not None
    answers = _answer_counts(slots, scores, asked_in, newest)
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


def _answer_counts(
    slots: Sequence[AskedItem], scores: _Scores, asked_in: AskedVersions, newest: ItemVersion
) -> list[AnswerCount]:
    options = {option.text: option for option in kinds.get(newest.kind).options(asked_in.bodies[newest.pk])}
    picked = [_picked(slot, asked_in) for slot in slots]
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


def _picked(slot: AskedItem, asked_in: AskedVersions) -> list[str]:
    """The options that an answer amounts to."""
    if slot.response is None:
        return [LEFT_EMPTY]
    kind = kinds.get(asked_in.versions[slot.version].kind)
    try:
        return kind.picked(asked_in.bodies[slot.version], slot.answer, slot.response) or ["(nothing ticked)"]
    except ResponseError:
        # Saved before a change of what is understood; it was graded 0.
        return ["(not understood)"]
