"""From values to places in an SVG: the scale and the grid that every chart is drawn with. Pure.

Places are in the units of the SVG, from its upper left corner; y grows downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class Mark(NamedTuple):
    """A tick of an axis: where it stands, and what is written there."""

    place: float
    label: str


@dataclass(frozen=True)
class Axis:
    """The values from `low` to `high`, linear or logarithmic, between the places `start` and `end`.

    `ticks` are (value, label).
    """

    low: float
    high: float
    start: float
    end: float
    ticks: Sequence[tuple[float, str]] = ()
    log: bool = False

    def at(self, value: float) -> float:
        """The place of `value`, kept inside the axis but for a fiftieth of its length, to a tenth of a unit."""
        low, high, value = (float(np.log10(max(v, 1e-12))) if self.log else v for v in (self.low, self.high, value))
        share = min(max((value - low) / (high - low), -0.02), 1.02)
        return round(self.start + share * (self.end - self.start), 1)

    @property
    def marks(self) -> list[Mark]:
        """The ticks at their places."""
        return [Mark(self.at(value), label) for value, label in self.ticks]


@dataclass(frozen=True)
class Grid:
    """Square cells in columns and rows: the corner of the first one, and the `pitch` from one to the next."""

    left: int
    top: int
    pitch: int

    def x(self, column: int) -> int:
        """The left side of a column, counted from 0."""
        return self.left + self.pitch * column

    def y(self, row: int) -> int:
        """The top of a row, counted from 0."""
        return self.top + self.pitch * row


def path(xs: Sequence[float], ys: Sequence[float]) -> str:
    """An SVG path through the points, which are at least one."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in zip(xs, ys, strict=True))
