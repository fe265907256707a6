"""The dynamic programme of one card at given prices (see `value`), as tables over a grid of memory states."""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from quizzes.memory import fsrs
from quizzes.planning.cards import RELEARN, Floats, relearned

Ints: TypeAlias = NDArray[np.int64]

STABILITIES = np.geomspace(0.05, 3000.0, 40)
DIFFICULTIES = np.array([1.0, 4.0, 7.0, 10.0])
RATIOS = np.geomspace(1 / 6, 6.0, 5)
"""The classes that tables are made for: a card's κ = seconds / weight, as a ratio to the student's mean κ."""
LEVELS = np.geomspace(1e-3, 4.0, 17)
"""Prices that tables are made for, in units of the marks per second that the whole course gives for all its seconds."""
MAX_STAGES = 30


@dataclass(frozen=True)
class Stages:
    """The days from today to the exam in `count` stages of `length` days; reviews happen on the first day of each."""

    days: int
    count: int
    length: int

    @classmethod
    def until(cls, days: float, most: int = MAX_STAGES) -> Stages:
        """The stages of an exam `days` (≥ 0) from now; today is always one."""
        whole = max(int(np.ceil(days)), 1)
        length = -(-whole // most)
        return cls(whole, -(-whole // length), length)

    @property
    def starts(self) -> Floats:
        """Days from now at which each stage begins."""
        return np.arange(self.count, dtype=np.float64) * self.length

    @property
    def left(self) -> Floats:
        """Days from each stage's begin to the exam."""
        return self.days - self.starts

    @property
    def shape(self) -> Floats:
        """How prices go from today (1) to the exam (2)."""
        return 1 + (self.starts / self.days) ** 3


def place(S: Floats) -> tuple[Ints, Floats]:
    """The grid point below each stability, and the share of the one above: linear in log S."""
    step = np.log(STABILITIES[1] / STABILITIES[0])
    at = np.clip(np.log(np.maximum(S, STABILITIES[0]) / STABILITIES[0]) / step, 0, STABILITIES.size - 1.000001)
    below = at.astype(np.int64)
    return below, np.asarray(at - below)


def mix(D: Floats) -> Floats:
    """Weights on the grid of difficulties that interpolate at each D: (…, difficulties)."""
    step = DIFFICULTIES[1] - DIFFICULTIES[0]
    return np.asarray(np.maximum(1 - np.abs(D[..., None] - DIFFICULTIES) / step, 0.0))


def nearest(D: Floats) -> Ints:
    """The grid point nearest to each difficulty."""
    step = DIFFICULTIES[1] - DIFFICULTIES[0]
    return np.asarray(np.rint((D - DIFFICULTIES[0]) / step).astype(np.int64))


@dataclass(frozen=True)
class Targets:
    """Where the points of the grid move to, for each lag: tables are read there, linear in log S."""

    row: Ints
    """The grid point of S below: (lags, 1, S, D)."""
    share: Floats
    """The share of the point above: (lags, 1, S, D)."""
    below: Ints
    """The places (lags, classes, S, D) of the points below, in tables of that shape laid out flat."""

    @classmethod
    def at(cls, S: Floats) -> Targets:
        """The targets of stabilities (lags, S, D)."""
        row, share = place(S[:, None])
        lag, of, _, column = np.ogrid[: row.shape[0], : RATIOS.size, : STABILITIES.size, : DIFFICULTIES.size]
        below = ((lag * RATIOS.size + of) * STABILITIES.size + row) * DIFFICULTIES.size + column
        return cls(row, share, below)

    def cut(self, lags: int) -> Targets:
        """The targets of the first so many lags."""
        return Targets(self.row[:lags], self.share[:lags], self.below[:lags])

    def read(self, table: Floats) -> Floats:
        """A table (lags, classes, S, D) at the targets."""
        return self._read(table, self.below, self.share)

    def read_at(self, table: Floats, lag: Ints) -> Floats:
        """The same at one lag for each point: (classes, S, D)."""
        return self._read(table, self.below.reshape(-1).take(_places(self.below, lag)), _pick(self.share, lag))

    @staticmethod
    def _read(table: Floats, at: Ints, share: Floats) -> Floats:
        flat = table.reshape(-1)
        below = flat.take(at)
        return np.asarray(below + share * (flat.take(at + DIFFICULTIES.size) - below))


@dataclass(frozen=True)
class Moves:
    """Where a review leads from each point of the grid, for each lag in stages; `recall` is (lags, S, D)."""

    recall: Floats
    good: Targets
    again: Targets
    good_mix: Floats
    again_mix: Floats


@functools.lru_cache(maxsize=32)
def moves(stages: Stages, w: tuple[float, ...]) -> Moves:
    """Shared by all students with the same parameters. Difficulty moves by the rating alone: one matrix for each."""
    S, D = np.meshgrid(STABILITIES, DIFFICULTIES, indexing="ij")
    t = (np.arange(1, max(stages.count, 2), dtype=np.float64) * stages.length)[:, None, None]
    S, D, t = np.broadcast_arrays(S[None], D[None], t)
    good_S, good_mix = fsrs.step(S, D, t, fsrs.GOOD, w)
    again_S, again_mix = relearned(S, D, t, w)
    recall = fsrs.retrievability(t, S, w)
    return Moves(recall, Targets.at(good_S), Targets.at(again_S), mix(good_mix[0, 0]), mix(again_mix[0, 0]))


@dataclass(frozen=True)
class Tables:
    """What a card is worth and when it is reviewed next, by stage of the last review, class of κ, S and D.

    Values are in units of the card's worth. The lag is that of the next review, in stages (0: there is none). `bought`
    is the time that is still spent on the card, in units of the seconds of an answer.
    """

    value: Floats
    lag: Ints
    bought: Floats


def tables(prices: Floats, stages: Stages, w: tuple[float, ...]) -> Tables:
    """The dynamic programme at `prices` (stages,), in units of the students' scale."""
    move, count = moves(stages, w), stages.count
    shape = (count, RATIOS.size, STABILITIES.size, DIFFICULTIES.size)
    value, bought, lags = np.empty(shape), np.zeros(shape), np.zeros(shape, dtype=np.int64)
    good, again, buys_good, buys_again = (np.empty(shape) for _ in range(4))
    stay = fsrs.retrievability(stages.left[:, None], STABILITIES, w)
    price = (prices[:, None] * RATIOS)[..., None, None]
    for stage in range(count - 1, -1, -1):
        value[stage] = stay[stage][None, :, None]
        if left := count - 1 - stage:
            # All stages that are left at once: (lags, classes, S, D).
            then, recall = slice(stage + 1, count), move.recall[:left, None]
            to_good, to_again = move.good.cut(left), move.again.cut(left)
            wrong = to_again.read(again[then]) - RELEARN * price[then]
            if_bought = recall * to_good.read(good[then]) + (1 - recall) * wrong - price[then]
            lag = if_bought.argmax(0)
            best, recall = _pick(if_bought, lag), _pick(recall, lag)
            better = best > value[stage]
            buys = recall * to_good.read_at(buys_good[then], lag) + (1 - recall) * to_again.read_at(
                buys_again[then], lag
            )
            np.copyto(value[stage], best, where=better)
            np.copyto(bought[stage], buys + 1 + RELEARN * (1 - recall), where=better)
            np.copyto(lags[stage], lag + 1, where=better)
        good[stage], again[stage] = value[stage] @ move.good_mix.T, value[stage] @ move.again_mix.T
        buys_good[stage], buys_again[stage] = bought[stage] @ move.good_mix.T, bought[stage] @ move.again_mix.T
    return Tables(value, lags, bought)


def _pick(table: Floats, lag: Ints) -> Floats:
    """The entries of a table (lags, classes or 1, S, D) at the lag chosen for each of them: (classes, S, D)."""
    return np.asarray(table.reshape(-1).take(_places(table, lag)))


def _places(table: Floats | Ints, lag: Ints) -> Ints:
    """The places of those entries in the table laid out flat."""
    size = table[0].size
    return np.asarray(lag * size + np.arange(size).reshape(table[0].shape))


class Shelf:
    """Tables at several prices, laid out flat, so that each card is read in the table of its student's prices.

    Room for them is taken as they are put in.
    """

    def __init__(self, stages: Stages, count: int) -> None:
        shape = (count, stages.count, RATIOS.size, STABILITIES.size, DIFFICULTIES.size)
        self.size = int(np.prod(shape[1:]))
        self._value, self._bought = np.zeros(shape), np.zeros(shape)
        self.value, self.bought = self._value.reshape(-1), self._bought.reshape(-1)

    def put(self, number: int, table: Tables) -> None:
        """Set a table in its place."""
        self._value[number], self._bought[number] = table.value, table.bought


class Levels(Shelf):
    """The tables of LEVELS, each made when it is first asked for."""

    def __init__(self, stages: Stages, w: tuple[float, ...]) -> None:
        super().__init__(stages, LEVELS.size)
        self.stages, self.w = stages, w
        self.made: set[int] = set()

    def make(self, levels: Ints) -> None:
        """Make those of these levels that are not there."""
        for level in sorted(set(levels.tolist()) - self.made):
            self.put(level, tables(LEVELS[level] * self.stages.shape, self.stages, self.w))
            self.made.add(level)


KEPT = 96
"""So many tables are kept, of 0.4 MB at most each: those of some 20 exam dates, or parameters of a student's own."""
_shared: OrderedDict[tuple[Stages, tuple[float, ...]], Levels] = OrderedDict()
_lock = threading.Lock()


def shared_levels(stages: Stages, w: tuple[float, ...]) -> Levels:
    """The tables of a date, shared by all who have the same parameters; those asked for last are kept."""
    with _lock:
        levels = _shared.pop((stages, w), None) or Levels(stages, w)
        _shared[stages, w] = levels
        while len(_shared) > 1 and sum(len(each.made) for each in _shared.values()) > KEPT:
            _shared.popitem(last=False)
    return levels
