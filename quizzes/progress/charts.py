"""Where the marks of the charts stand, in the units of their SVG; scales are those of `figures.charts`. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from questions.figures.charts import Axis, Grid, Mark, path
from quizzes.memory.calibration import Bin

# The calendar of the last year

CELL = 12
"""The side of a day's square."""
WEEKS = Grid(left=30, top=18, pitch=15)
"""A column a week, a row a weekday, with room for the names of both."""
LEVELS = 4


@dataclass(frozen=True)
class Cell:
    """A day of the calendar; `level` is 0 without answers, else 1 to 4."""

    date: date
    count: int
    level: int
    x: int
    y: int


class Month(NamedTuple):
    """The first day of a month, written above its week."""

    x: int
    first: date


class Week(NamedTuple):
    """A week with answers: its Monday, on how many days there were answers, and how many."""

    monday: date
    days: int
    answers: int


@dataclass(frozen=True)
class Calendar:
    """Weeks side by side, Monday on top; the same as a table of `weeks`, the newest first."""

    width: int
    height: int
    cells: list[Cell]
    months: list[Month]
    weeks: list[Week]


def calendar(counts: Mapping[date, int], today: date, days: int) -> Calendar:
    """The answers of the last `days` days, in whole weeks; a level is a quarter of the most answers of a day."""
    first = today - timedelta(days=days - 1)
    monday = first - timedelta(days=first.weekday())
    most = max(counts.values(), default=0)
    shown = [monday + timedelta(days=number) for number in range((today - monday).days + 1)]
    cells = [_cell(on, counts.get(on, 0), most, monday) for on in shown]
    width = WEEKS.x((today - monday).days // 7 + 1)
    return Calendar(width, WEEKS.y(7), cells, _months(cells), _weeks(cells))


def _cell(on: date, count: int, most: int, monday: date) -> Cell:
    week, weekday = divmod((on - monday).days, 7)
    return Cell(on, count, math.ceil(LEVELS * count / most) if count else 0, WEEKS.x(week), WEEKS.y(weekday))


def _months(cells: Sequence[Cell]) -> list[Month]:
    """The months that begin in the calendar; beside each other their names need three weeks of room."""
    months: list[Month] = []
    for cell in cells:
        if cell.date.day == 1 and (not months or cell.x - months[-1].x > 2 * WEEKS.pitch):
            months.append(Month(cell.x, cell.date))
    return months


def _weeks(cells: Sequence[Cell]) -> list[Week]:
    counts: dict[date, list[int]] = {}
    for cell in cells:
        if cell.count:
            counts.setdefault(cell.date - timedelta(days=cell.date.weekday()), []).append(cell.count)
    return [Week(monday, len(of_days), sum(of_days)) for monday, of_days in reversed(counts.items())]


# What comes due on the coming days

BAR, BARS_TOP, BARS_HEIGHT = 20, 18, 110
"""From one bar to the next, the room above the highest one, and its height."""
NAME = 66
"""The width of a date below the bars."""


@dataclass(frozen=True)
class Bar:
    """A day's bar: its upper left corner and height, and whether its date is written below."""

    date: date
    count: int
    x: int
    y: float
    height: float
    named: bool


@dataclass(frozen=True)
class Bars:
    """Bars on a common ground; `most` is the highest count."""

    width: int
    ground: int
    most: int
    bars: list[Bar]


def bars(counts: Mapping[date, int]) -> Bars:
    """A bar for each day; every Monday is named, where there is room."""
    most = max(counts.values(), default=0)
    ground = BARS_TOP + BARS_HEIGHT
    heights = Axis(0, max(most, 1), 0, BARS_HEIGHT)
    width = BAR * len(counts)
    drawn = [
        Bar(
            on,
            count,
            x=BAR * number,
            y=ground - heights.at(count),
            height=heights.at(count),
            named=on.weekday() == 0 and width - BAR * number >= NAME,
        )
        for number, (on, count) in enumerate(counts.items())
    ]
    return Bars(width, ground, most, drawn)


# Predicted against observed


@dataclass(frozen=True)
class Dot:
    """A bin of the reliability diagram; its area goes with its answers."""

    bin: Bin
    x: float
    y: float
    radius: float


class Tick(NamedTuple):
    """A percentage on both axes: its place on the horizontal and on the vertical one."""

    x: float
    y: float
    label: str


@dataclass(frozen=True)
class Reliability:
    """Predicted against observed shares: on the diagonal predictions come true."""

    left: int
    right: int
    top: int
    bottom: int
    dots: list[Dot]
    ticks: list[Tick]


def reliability(bins: Sequence[Bin]) -> Reliability:
    """A dot for each bin, on a square from 0 to 100 %."""
    left, right, top, bottom = 46, 306, 10, 270
    predicted, observed = Axis(0, 1, left, right), Axis(0, 1, bottom, top)
    most = max((group.n for group in bins), default=1)
    dots = [
        Dot(
            group,
            x=predicted.at(group.predicted),
            y=observed.at(group.observed),
            radius=round(3 + 9 * (group.n / most) ** 0.5, 1),
        )
        for group in bins
    ]
    ticks = [Tick(predicted.at(share / 4), observed.at(share / 4), f"{25 * share}") for share in range(5)]
    return Reliability(left, right, top, bottom, dots, ticks)


# The scores of an exam's sittings

TREND_NUMBERS = 10
"""The most points that all bear their number."""


class Point(NamedTuple):
    """A sitting's score in percent, and where it stands."""

    x: float
    y: float
    percent: int


@dataclass(frozen=True)
class Trend:
    """Scores one after the other: a line, its points, and its scale as (y, percent).

    `numbered` are the points that bear their number: all where there is room, else the best and the last.
    """

    path: str
    points: list[Point]
    numbered: list[Point]
    scale: list[tuple[float, int]]


def trend(shares: Sequence[float]) -> Trend | None:
    """The shares in [0, 1] of sittings in their order; None of fewer than two."""
    if len(shares) < 2:
        return None
    x, y = Axis(0, len(shares) - 1, 44, 308), Axis(0, 1, 100, 20)
    points = [Point(x.at(number), y.at(share), round(100 * share)) for number, share in enumerate(shares)]
    best = max(points, key=lambda point: point.percent)
    numbered = points if len(points) <= TREND_NUMBERS else list(dict.fromkeys((best, points[-1])))
    line = path([point.x for point in points], [point.y for point in points])
    return Trend(line, points, numbered, [(y.at(share), round(100 * share)) for share in (0, 0.5, 1)])


# Minutes a day against the score to expect


@dataclass(frozen=True)
class Choice:
    """Minutes a day with the score (0-1) that they promise; `own` are those that the student has now."""

    minutes: int
    score: float
    x: float
    y: float
    own: bool


@dataclass(frozen=True)
class MinutesCurve:
    """The choices from the fewest minutes up, the line through their points, and the marks of the vertical axis."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    choices: list[Choice]
    points: str
    grid: list[Mark]


def minutes_curve(curve: Sequence[tuple[int, float]], own: int) -> MinutesCurve:
    """The curve of (minutes a day, score in [0, 1]), which has at least one point."""
    width, height, left, top, bottom = 640, 260, 64, 16, 206
    right = width - 16
    x = Axis(0, max(minutes for minutes, _ in curve), left, right)
    y = _score_axis([score for _, score in curve], bottom - 10, top)  # clear of the minutes that stand below
    choices = [Choice(minutes, score, x.at(minutes), y.at(score), minutes == own) for minutes, score in curve]
    points = " ".join(f"{choice.x},{choice.y}" for choice in choices)
    return MinutesCurve(width, height, left, right, bottom, choices, points, y.marks)


def _score_axis(scores: Sequence[float], start: int, end: int) -> Axis:
    """Marks at every 10 %, or every 5 % where the scores are near to each other, with all scores between the ends."""
    step = 0.1 if max(scores) - min(scores) > 0.3 else 0.05
    first, last = math.floor(min(scores) / step), math.ceil(max(scores) / step)
    last = max(last, first + 1)
    ticks = [(step * number, f"{100 * step * number:.0f} %") for number in range(first, last + 1)]
    return Axis(step * first, step * last, start, end, ticks)


# How many students had which score

COLUMN, COLUMN_GAP, COLUMN_HEIGHT, COLUMN_TOP = 56, 8, 120, 26


@dataclass(frozen=True)
class Column:
    """The students with `low` to `high` percent of the points; `above` is where their number is written."""

    low: int
    high: int
    count: int
    x: int
    middle: int
    y: float
    above: float
    height: float


@dataclass(frozen=True)
class Histogram:
    """Columns on a common ground, each `column` wide; `words` is where their percentages are written."""

    columns: list[Column]
    column: int
    width: int
    ground: int
    words: int


def histogram(bins: Sequence[int]) -> Histogram:
    """How many students had which score: counts of equal shares of 0 to 100 %."""
    ground, pitch = COLUMN_TOP + COLUMN_HEIGHT, COLUMN + COLUMN_GAP
    heights, share = Axis(0, max([*bins, 1]), 0, COLUMN_HEIGHT), 100 // len(bins)
    columns = [
        Column(
            low=share * number,
            high=share * (number + 1) - (number < len(bins) - 1),
            count=count,
            x=pitch * number,
            middle=pitch * number + COLUMN // 2,
            y=ground - heights.at(count),
            above=ground - heights.at(count) - 5,
            height=heights.at(count),
        )
        for number, count in enumerate(bins)
    ]
    return Histogram(columns, COLUMN, len(bins) * pitch - COLUMN_GAP, ground, ground + 20)
