"""How each part of an item did in an exam. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quizzes.statistics.discrimination import discrimination
from quizzes.statistics.facility import Estimate, facility

PartScores = Mapping[tuple[int, int], Mapping[str, float]]
"""The scores in [0, 1] of the parts of a question by their ids, by the row of its sitting and its item."""


@dataclass(frozen=True)
class PartResult:
    """How the `n` who were asked a part did in it; `discrimination` is against all other questions of the exam."""

    id: str
    n: int
    facility: Estimate
    discrimination: Estimate | None


def analyse_parts(
    parts: Sequence[str], scores: Sequence[Mapping[str, float]], others: NDArray[np.float64]
) -> list[PartResult]:
    """A result for each of these parts that somebody was asked; `others` has each one's share of all other marks."""
    results = []
    for part in parts:
        shares = np.array([each.get(part, np.nan) for each in scores])
        if (easy := facility(shares)) is not None:
            asked = int(np.count_nonzero(~np.isnan(shares)))
            results.append(PartResult(part, asked, easy, discrimination(shares, others)))
    return results
