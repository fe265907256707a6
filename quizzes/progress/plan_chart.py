"""Where the marks of the chart of planned and done minutes stand, in the units of its SVG. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from questions.figures.charts import Axis

PITCH, TOP, HEIGHT = 22, 8, 84
"""From one day to the next, the room above the highest bar, and its height."""
NAME = 60
"""The width of a date below the bars."""


@dataclass(frozen=True)
class DayBars:
    """A day: what was planned, and what was done of it, as bars that stand on the same ground."""

    date: date
    planned: int
    done: int
    x: int
    planned_y: float
    planned_height: float
    done_y: float
    done_height: float
    named: bool


@dataclass(frozen=True)
class PlanChart:
    """The days side by side; `most` is the highest number of minutes."""

    width: int
    ground: int
    most: int
    days: list[DayBars]


def plan_chart(minutes: Sequence[tuple[date, int, int]]) -> PlanChart:
    """Days with the minutes that were planned and done; every Monday is named, where there is room."""
    most = max((max(planned, done) for _, planned, done in minutes), default=0)
    ground, width = TOP + HEIGHT, PITCH * len(minutes)
    heights = Axis(0, max(most, 1), 0, HEIGHT)
    days = [
        DayBars(
            date=on,
            planned=planned,
            done=done,
            x=PITCH * number,
            planned_y=ground - heights.at(planned),
            planned_height=heights.at(planned),
            done_y=ground - heights.at(done),
            done_height=heights.at(done),
            named=on.weekday() == 0 and width - PITCH * number >= NAME,
        )
        for number, (on, planned, done) in enumerate(minutes)
    ]
    return PlanChart(width, ground, most, days)
