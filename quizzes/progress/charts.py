"""Where the marks of a progress page's charts stand, in the units of their SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from quizzes.memory.calibration import Bin

CELL, PITCH, TOP, LEFT = 12, 15, 18, 30
"""Of the calendar: a day's square, from one to the next, and the room for the months and the weekdays."""
LEVELS = 4
BAR, BARS_HEIGHT, NAME = 20, 110, 66
"""Of the bars: from one to the next, the height of the highest, and the room that a date takes."""
PLOT, PLOT_LEFT, PLOT_TOP = 260, 46, 10


@dataclass(frozen=True)
class Cell:
    """A day of the calendar; `level` is 0 without answers, else 1 to 4."""

    date: date
    count: int
    level: int
    x: int
    y: int


@dataclass(frozen=True)
class Calendar:
    """Weeks side by side, Monday on top, the months written above."""

    width: int
    height: int
    cells: list[Cell]
    months: list[tuple[int, date]]
    weeks: list[tuple[date, int, int]]
    """The same as a table: (Monday, days with answers, answers), the newest first, of weeks with answers."""


def calendar(counts: Mapping[date, int], today: date, days: int) -> Calendar:
    """The answers of the last `days` days, in whole weeks; a level is a quarter of the most answers of a day."""
    first = today - timedelta(days=days - 1)
    monday = first - timedelta(days=first.weekday())
    most = max(counts.values(), default=0)
    cells: list[Cell] = []
    months: list[tuple[int, date]] = []
    weeks: dict[date, list[int]] = {}
    for number in range((today - monday).days + 1):
        on = monday + timedelta(days=number)
        week, weekday = divmod(number, 7)
        count = counts.get(on, 0)
        x = LEFT + PITCH * week
        cells.append(Cell(on, count, -(-LEVELS * count // most) if count else 0, x, TOP + PITCH * weekday))
        # Beside each other a month's name needs three weeks of room.
        if on.day == 1 and (not months or x - months[-1][0] > 2 * PITCH):
            months.append((x, on))
        if count:
            weeks.setdefault(on - timedelta(days=weekday), []).append(count)
    width = LEFT + PITCH * ((today - monday).days // 7 + 1)
    table = [(begins, len(found), sum(found)) for begins, found in reversed(weeks.items())]
    return Calendar(width, TOP + 7 * PITCH, cells, months, table)


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
    """Bars on a common ground."""

    width: int
    ground: int
    most: int
    bars: list[Bar]


def bars(counts: Mapping[date, int]) -> Bars:
    """A bar a day; every Monday is named, where there is room."""
    most = max(counts.values(), default=0)
    ground = TOP + BARS_HEIGHT
    found = []
    for number, (on, count) in enumerate(counts.items()):
        height = round(BARS_HEIGHT * count / most, 1) if most else 0.0
        found.append(
            Bar(
                on,
                count,
                BAR * number,
                ground - height,
                height,
                on.weekday() == 0 and BAR * (len(counts) - number) >= NAME,
            )
        )
    return Bars(BAR * len(counts), ground, most, found)


@dataclass(frozen=True)
class Dot:
    """A bin of the reliability diagram; its area goes with its answers."""

    bin: Bin
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Reliability:
    """Predicted against observed: on the diagonal predictions come true."""

    left: int
    right: int
    top: int
    bottom: int
    dots: list[Dot]
    ticks: list[tuple[float, float, str]]


def reliability(bins: Sequence[Bin]) -> Reliability:
    """A dot for each bin, on a square from 0 to 100 %."""
    bottom = PLOT_TOP + PLOT
    most = max((one.n for one in bins), default=1)
    dots = [
        Dot(
            one,
            round(PLOT_LEFT + PLOT * one.predicted, 1),
            round(bottom - PLOT * one.observed, 1),
            round(3 + 9 * (one.n / most) ** 0.5, 1),
        )
        for one in bins
    ]
    ticks = [(PLOT_LEFT + PLOT * at / 4, bottom - PLOT * at / 4, f"{25 * at}") for at in range(5)]
    return Reliability(PLOT_LEFT, PLOT_LEFT + PLOT, PLOT_TOP, bottom, dots, ticks)


@dataclass(frozen=True)
class Trend:
    """Scores one after the other: a line, its points (x, y, percent), and its scale (y, percent).

    `told` are the points that bear their number: all where there is room, else the best and the last.
    """

    path: str
    points: list[tuple[float, float, int]]
    told: list[tuple[float, float, int]]
    scale: list[tuple[float, int]]


TREND_WIDTH, TREND_HEIGHT, TREND_LEFT = 320, 110, 44
TREND_TOLD = 10


def trend(shares: Sequence[float]) -> Trend | None:
    """The shares in [0, 1] of sittings in their order; None of fewer than two."""
    if len(shares) < 2:
        return None
    step = (TREND_WIDTH - TREND_LEFT - 12) / (len(shares) - 1)
    points = [
        (round(TREND_LEFT + step * at, 1), _trend_y(share), round(100 * share)) for at, share in enumerate(shares)
    ]
    best = max(points, key=lambda point: point[2])
    told = points if len(points) <= TREND_TOLD else list(dict.fromkeys((best, points[-1])))
    scale = [(_trend_y(share), round(100 * share)) for share in (0, 0.5, 1)]
    return Trend("M" + "L".join(f"{x} {y}" for x, y, _ in points), points, told, scale)


def _trend_y(share: float) -> float:
    return round(TREND_HEIGHT - 10 - (TREND_HEIGHT - 30) * share, 1)
