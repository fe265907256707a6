"""Whether the variants of one template are equally hard, by what is drawn in them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quizzes.statistics.facility import Estimate, facility

FEW_VALUES = 5
"""Up to so many different values each is a group; more are parted at their median."""
MIN_GROUP = 10
"""Answers that a group needs, and those beside it."""


@dataclass(frozen=True)
class VariantGroup:
    """Variants in which `name` is drawn in some range: how many answered them, and how, against all other variants.

    `p` is the chance of so large a difference where there is none.
    """

    name: str
    values: str
    n: int
    facility: Estimate
    others: Estimate
    p: float


def variant_groups(name: str, drawn: Sequence[float], scores: NDArray[np.float64]) -> list[VariantGroup]:
    """The groups of variants by one draw, whose values (n,) belong to first answers with these scores (n,).

    Those that are too few to be compared are left out. Of two groups only the first is listed: the second is the rest.
    """
    values = np.asarray(drawn, dtype=np.float64)
    different = np.unique(values)
    if len(different) < 2:
        return []
    if len(different) <= FEW_VALUES:
        parts = [(f"= {_text(value)}", values == value) for value in different.tolist()]
    else:
        ordered = np.sort(values)
        middle = float(ordered[(len(ordered) - 1) // 2])
        middle = min(middle, float(different[-2]))
        parts = [(f"up to {_text(middle)}", values <= middle)]
    groups = [_group(name, text, scores[part], scores[~part]) for text, part in parts]
    return [group for group in groups if group][: 1 if len(different) == 2 else None]


def _group(name: str, values: str, scores: NDArray[np.float64], others: NDArray[np.float64]) -> VariantGroup | None:
    if min(len(scores), len(others)) < MIN_GROUP:
        return None
    mine, theirs = facility(scores), facility(others)
    assert mine
    assert theirs
    pooled = np.concatenate([scores, others]).var()
    error = math.sqrt(pooled * (1 / len(scores) + 1 / len(others)))
    z = (mine.value - theirs.value) / error if error else 0.0
    return VariantGroup(name, values, len(scores), mine, theirs, math.erfc(abs(z) / math.sqrt(2)))


def drifting(groups: Sequence[VariantGroup], level: float = 0.01) -> VariantGroup | None:
    """The group that differs most from the others, where that is no chance; None where all may be equally hard.

    By Bonferroni each group has to reach the level divided by how many there are.
    """
    return next((group for group in sorted(groups, key=lambda group: group.p) if group.p * len(groups) < level), None)


def _text(value: float) -> str:
    return f"{value:.6g}".replace("-", "\N{MINUS SIGN}")
