"""How each item did in an exam: facility, discrimination, and what was answered instead. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from questions import kinds
from quizzes.exams.item_flags import LEFT_EMPTY, AnswerCount, flag_item
from quizzes.exams.outcomes import AskedSlots
from quizzes.exams.part_results import PartResult, PartScores, analyse_parts
from quizzes.statistics.discrimination import discrimination, efficiency, rest
from quizzes.statistics.distractors import Picks, distractors
from quizzes.statistics.facility import Estimate, deviation, facility

if TYPE_CHECKING:
    from questions.models import ItemVersion


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
    parts: list[PartResult]


@dataclass(frozen=True)
class _Scores:
    """Scores in [0, 1]: `totals` is the mean of each sitting, `others` (sittings × items) that without the item itself.

    `items` has the items of the columns, in order.
    """

    items: NDArray[np.int64]
    totals: NDArray[np.float64]
    others: NDArray[np.float64]


@dataclass(frozen=True)
class AskedVersions:
    """The versions that were asked, and their bodies, by their keys; and the scores of parts, where they have any."""

    versions: Mapping[int, ItemVersion]
    bodies: Mapping[int, kinds.ItemBody]
    part_scores: PartScores


def analyse_items(asked: AskedSlots, asked_in: AskedVersions) -> list[ItemResult]:
    """A result for each item that somebody met for the first time, by slug."""
    if not len(asked.item):
        return []
    scores = _scores(asked)
    first = np.flatnonzero(asked.is_first)
    by_item = first[np.argsort(asked.item[first], kind="stable")]
    ends = np.flatnonzero(np.diff(asked.item[by_item])) + 1
    results = [_item_result(slots, asked, scores, asked_in) for slots in np.split(by_item, ends) if len(slots)]
    return sorted(results, key=lambda result: result.slug)


def _scores(asked: AskedSlots) -> _Scores:
    items, column = np.unique(asked.item, return_inverse=True)
    scores = np.full((int(asked.row.max()) + 1, len(items)), np.nan)
    scores[asked.row, column] = asked.score
    return _Scores(items, _row_means(scores), rest(scores, np.ones(len(items))))


def _row_means(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of each row (n,), NaN left out; rows of the same length together."""
    there = ~np.isnan(scores)
    lengths = there.sum(axis=1)
    means = np.full(len(scores), np.nan)
    for length in np.unique(lengths[lengths > 0]):
        rows = lengths == length
        means[rows] = scores[rows][there[rows]].reshape(-1, length).mean(axis=1)
    return means


def _item_result(slots: NDArray[np.int64], asked: AskedSlots, scores: _Scores, asked_in: AskedVersions) -> ItemResult:
    """The result of the item that was asked in these slots, by their places in `asked`."""
    versions = [asked_in.versions[version] for version in np.unique(asked.version[slots]).tolist()]
    newest = max(versions, key=lambda version: version.number)
    shares, rows = asked.score[slots], asked.row[slots]
    others = scores.others[rows, np.searchsorted(scores.items, newest.item_id)]
    share_right, discriminates = facility(shares), discrimination(shares, others)
    assert share_right is not None
    parts = [asked_in.part_scores.get((row, newest.item_id), {}) for row in rows.tolist()]
    answers = _answer_counts(asked.picks_of(slots), scores.totals[rows], newest.kind, asked_in.bodies[newest.pk])
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
        parts=analyse_parts(newest.facets, parts, others) if any(parts) else [],
    )


def _answer_counts(picks: Picks, totals: NDArray[np.float64], kind: str, body: kinds.ItemBody) -> list[AnswerCount]:
    options = {option.text: option for option in kinds.get(kind).options(body)}
    return [
        AnswerCount(
            chosen,
            right=chosen.option in options and options[chosen.option].right,
            typed=kinds.get(kind).quotes_answers and chosen.option not in options and chosen.option != LEFT_EMPTY,
        )
        for chosen in distractors(picks, totals, list(options))
    ]
