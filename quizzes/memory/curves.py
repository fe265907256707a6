"""The memory curve: the picture that examprep has of itself, drawn by the memory model. Pure.

What is known falls, each review lifts it, and each time it falls more slowly, towards the exam on the right. Places are
in the units of an SVG, from its upper left corner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from questions.figures.charts import Axis, path
from quizzes.memory import fsrs

STEPS = 14
"""Points between two reviews."""
TOP, FLAG = 40, 26
"""Room above a curve, for the flag of the exam; how high it stands over its point."""


class Place(NamedTuple):
    """A point of a curve."""

    x: float
    y: float


@dataclass(frozen=True)
class MemoryCurve:
    """The chance (0-1) to remember something that was reviewed on some days, until the exam.

    `kept` is the line of who reviews and `reviews` are its lifts, `left` the line of who saw it once and never again;
    both end at the exam, at `remembered` and `forgotten`.
    """

    width: int
    height: int
    kept: str
    left: str
    reviews: list[Place]
    exam: Place
    remembered: float
    forgotten: float

    @property
    def flag(self) -> str:
        """The path of the exam's flag, which stands on the end of the curve."""
        x, y = self.exam
        return f"M{x:g} {y:g}v-{FLAG}l-17 6 17 6"


@cache
def memory_curve(days: tuple[int, ...], exam: int, width: int, height: int, lowest: float = 0.5) -> MemoryCurve:
    """The curve of something answered well on each of these days, the first of which is 0, until the day of the exam.

    `lowest` is the chance at the lower edge.
    """
    across, up = Axis(0, exam, 8, width - 12), Axis(lowest, 1, height - 8, TOP)
    S, D = fsrs.initial_stability(fsrs.GOOD), fsrs.initial_difficulty(fsrs.GOOD)
    once = float(S)
    points: list[tuple[float, float]] = []
    for since, until in pairwise((*days, exam)):
        points += _fall(since, until, float(S))
        S, D = fsrs.step(S, D, until - since, fsrs.GOOD)
    left = _fall(0, exam, once, steps=3 * STEPS)
    return MemoryCurve(
        width,
        height,
        kept=_line(points, across, up),
        left=_line(left, across, up),
        reviews=[Place(across.at(day), up.at(1)) for day in days],
        exam=Place(across.at(exam), up.at(points[-1][1])),
        remembered=points[-1][1],
        forgotten=left[-1][1],
    )


def _fall(since: int, until: int, stability: float, steps: int = STEPS) -> list[tuple[float, float]]:
    """Return (day, chance) from a review on, closer together at first, where it falls fastest."""
    days = (until - since) * np.linspace(0, 1, steps) ** 2
    chances = fsrs.retrievability(days, stability)
    return [(since + float(day), float(chance)) for day, chance in zip(days, chances, strict=True)]


def _line(points: Sequence[tuple[float, float]], across: Axis, up: Axis) -> str:
    return path([across.at(day) for day, _ in points], [up.at(chance) for _, chance in points])
