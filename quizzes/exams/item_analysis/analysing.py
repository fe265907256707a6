"""The numbers of an item, of what was gathered of a course. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quizzes.exams.item_analysis.gathering import Calibration, Gathering, ItemDetails
from quizzes.statistics import answer_times
from quizzes.statistics.discrimination import discrimination
from quizzes.statistics.facility import Estimate, Z, facility
from quizzes.statistics.first_answers import FirstAnswers, difference
from quizzes.statistics.variants import VariantGroup, variant_groups

MOST_SHOWN = 30
"""Answers to an item that are listed, the most frequent."""


@dataclass(frozen=True)
class AnswerShare:
    """An answer and the share of students who gave it first, with its interval.

    `elsewhere` is their mean score on all else that they met; `above_key` how far that is above the mean of those who
    gave the right one.
    """

    text: str
    right: bool
    n: int
    share: Estimate
    elsewhere: float | None = None
    above_key: Estimate | None = None


@dataclass(frozen=True)
class Kept:
    """How well an item is remembered: `n` answers of so many students, P(correct) as predicted, the share that was.

    `miss` is observed less predicted. Its interval allows for answers of one student that resemble each other.
    """

    n: int
    students: int
    predicted: float
    observed: float
    miss: Estimate


@dataclass(frozen=True)
class ItemNumbers:
    """How an item does: `n` students answered it a first time, so many of them `in_exams`; `answers` counts all."""

    answers: int
    n: int
    in_exams: int
    facility: Estimate | None
    guess_rate: float
    discrimination: Estimate | None
    seconds: Estimate | None
    timed: int
    choices: Sequence[AnswerShare]
    variants: Sequence[VariantGroup]
    kept: Kept | None


def analyse(gathered: Gathering, right: Mapping[int, Mapping[str, bool]]) -> Iterator[tuple[int, ItemNumbers]]:
    """Give the numbers of each item that was answered, with its key; `right` has its options by item."""
    firsts = gathered.firsts()
    elsewhere = firsts.elsewhere()
    order = np.argsort(firsts.item, kind="stable")
    places = np.searchsorted(firsts.item[order], np.arange(len(gathered.number) + 1))
    for item, number in gathered.number.items():
        mine = order[places[number] : places[number + 1]]
        if not (len(mine) or gathered.answers[number]):
            continue
        counts = gathered.times[number].astype(np.int64)
        n = len(mine)
        details = gathered.details.get(number, ItemDetails())
        yield (
            item,
            ItemNumbers(
                answers=int(gathered.answers[number]),
                n=n,
                in_exams=int(gathered.in_exams[number]),
                facility=facility(firsts.score[mine]),
                guess_rate=float(gathered.guess_rates[number] / max(n, 1)),
                discrimination=discrimination(firsts.score[mine], elsewhere[mine]),
                seconds=answer_times.median(counts),
                timed=int(counts.sum()),
                choices=_choices(details, elsewhere, n, right.get(item, {})),
                variants=_variants(details, firsts),
                kept=_kept(gathered.calibration.get(number)),
            ),
        )


def _choices(
    details: ItemDetails, elsewhere: NDArray[np.float64], n: int, right: Mapping[str, bool]
) -> list[AnswerShare]:
    """The options in their order, also those that nobody gave, then other answers, the most frequent first."""
    others = sorted(details.picked.keys() - right.keys(), key=lambda text: (-len(details.picked[text]), text))
    keys = [text for text, is_right in right.items() if is_right]
    of_key = _scores_of(details, keys[0], elsewhere) if len(keys) == 1 else np.zeros(0)
    return [
        _choice(
            (text, right.get(text, False)),
            len(details.picked.get(text, ())),
            n,
            _scores_of(details, text, elsewhere),
            of_key,
        )
        for text in [*right, *others][:MOST_SHOWN]
    ]


def _choice(
    option: tuple[str, bool], picked: int, n: int, scores: NDArray[np.float64], of_key: NDArray[np.float64]
) -> AnswerShare:
    """An option, which is right or not, that was picked by so many of `n` with these scores elsewhere."""
    text, right = option
    share = facility(np.repeat([1.0, 0.0], [picked, max(n - picked, 0)])) or Estimate(0.0, 0.0, 1.0)
    mean = float(scores.mean()) if len(scores) else None
    return AnswerShare(text, right, picked, share, mean, None if right else difference(scores, of_key))


def _scores_of(details: ItemDetails, text: str, elsewhere: NDArray[np.float64]) -> NDArray[np.float64]:
    scores = elsewhere[np.array(details.picked.get(text, ()), np.int64)]
    return scores[~np.isnan(scores)]


def _variants(details: ItemDetails, firsts: FirstAnswers) -> list[VariantGroup]:
    groups: list[VariantGroup] = []
    for name, (numbers, values) in details.drawn.items():
        groups += variant_groups(name, values, firsts.score[np.array(numbers, np.int64)])
    return sorted(groups, key=lambda group: group.p)


def _kept(sums: Calibration | None) -> Kept | None:
    """How predictions came true, with a standard error over students: √(Σ missₛ²) / n (sandwich, Liang and Zeger)."""
    if sums is None or not sums.n:
        return None
    predicted, observed = sums.predicted / sums.n, sums.observed / sums.n
    miss, half = observed - predicted, Z * float(np.sqrt(sums.squares)) / sums.n
    return Kept(sums.n, sums.students, predicted, observed, Estimate(miss, miss - half, miss + half))
