"""What was chosen instead: options by group, and known mistakes."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Chosen:
    """How often an option was chosen: by all, by the upper and by the lower third."""

    option: str
    all: int
    upper: int
    lower: int


def thirds(totals: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Who (students,) is in the upper and who in the lower third by total; who ties with the last one in is in too.

    Below three students nobody is in either.
    """
    t = np.asarray(totals, dtype=np.float64)
    if len(t) < 3:
        return np.zeros(len(t), dtype=bool), np.zeros(len(t), dtype=bool)
    ordered, size = np.sort(t), len(t) // 3
    return t >= ordered[-size], t <= ordered[size - 1]


def distractors(picked: Sequence[Collection[str]], totals: ArrayLike, options: Sequence[str] = ()) -> list[Chosen]:
    """How often each option was picked; `picked` has each student's options, `totals` (students,) their totals.

    `options` come first, in their order, also those that nobody picked; others follow, the most frequent first. For a
    numeric item the options are its expected mistakes.
    """
    upper, lower = thirds(totals)
    counts = [
        Counter(option for options_, is_in in zip(picked, group, strict=True) if is_in for option in set(options_))
        for group in (np.ones(len(picked), dtype=bool), upper, lower)
    ]
    everyone, best, worst = counts
    others = sorted(everyone.keys() - set(options), key=lambda option: (-everyone[option], option))
    return [Chosen(option, everyone[option], best[option], worst[option]) for option in [*options, *others]]
