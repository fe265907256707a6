"""What was chosen instead: options by group, and known mistakes."""

from collections.abc import Sequence
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


@dataclass(frozen=True)
class Picks:
    """What students picked, pick by pick: `text` numbers one of `texts`, and `student` who picked it.

    Nobody picks a text twice.
    """

    texts: Sequence[str]
    text: NDArray[np.int64]
    student: NDArray[np.int64]


def distractors(picks: Picks, totals: ArrayLike, options: Sequence[str] = ()) -> list[Chosen]:
    """How often each option was picked; `totals` (students,) are those of the students whom `picks` numbers.

    `options` come first, in their order, also those that nobody picked; others follow, the most frequent first. For a
    numeric item the options are its expected mistakes.
    """
    numbers, text = np.unique(picks.text, return_inverse=True)
    groups = (text, *(text[group[picks.student]] for group in thirds(totals)))
    counts = zip(*(np.bincount(group, minlength=len(numbers)).tolist() for group in groups), strict=True)
    chosen = {
        picks.texts[number]: Chosen(picks.texts[number], *count)
        for number, count in zip(numbers.tolist(), counts, strict=True)
    }
    others = sorted(
        (chosen[text] for text in chosen.keys() - set(options)), key=lambda other: (-other.all, other.option)
    )
    return [*(chosen.get(option, Chosen(option, 0, 0, 0)) for option in options), *others]
