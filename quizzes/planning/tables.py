"""The dynamic programme of one card at given prices (see `value`), as tables over a grid of memory states."""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from quizzes.memory import fsrs
from quizzes.planning.cards import RELEARN, Floats

Ints: TypeAlias = NDArray[np.int64]

STABILITIES = np.geomspace(0.05, 3000.0, 40)
DIFFICULTIES = np.array([1.0, 4.0, 7.0, 10.0])
RATIOS = np.geomspace(1 / 6, 6.0, 5)
"""The classes that tables are made for: a card's κ = seconds / weight, as a ratio to the student's mean κ."""
LEVELS = np.geomspace(1e-3, 4.0, 17)
"""Prices that tables are made for, in units of the marks per second that the whole course gives for all its seconds."""
MAX_STAGES = 30
EVERY_CLASS = range(RATIOS.size)


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
    def at(cls, S: Floats, classes: int) -> Targets:
        """The targets of stabilities (lags, S, D), in tables of so many classes."""
        row, share = place(S[:, None])
        lag, of, _, column = np.ogrid[: row.shape[0], :classes, : STABILITIES.size, : DIFFICULTIES.size]
        below = ((lag * classes + of) * STABILITIES.size + row) * DIFFICULTIES.size + column
        return cls(row, share, below)


class Reached:
    """What is reached after a review: tables (stages, classes, S, D) of the states with their new difficulty.

    There are two, of what a card is worth and of what is still bought of it. `rise` is to the stability above.
    """

    def __init__(self, targets: Targets, mixes: Floats, shape: tuple[int, ...]) -> None:
        self.targets, self.mixes = targets, mixes
        self.table, self.rise = np.empty((2, *shape)), np.zeros((2, *shape))

    def put(self, stage: int, both: Floats) -> None:
        """Set both tables of a stage, (2, classes, S, D), in which difficulty has not moved yet."""
        moved = both @ self.mixes.T
        self.table[:, stage] = moved
        np.subtract(moved[:, :, 1:], moved[:, :, :-1], out=self.rise[:, stage, :, :-1])

    def worth(self, stage: int) -> Floats:
        """What a card of a stage is worth at each of the later ones, (lags, classes, S, D)."""
        lags = self.table.shape[1] - 1 - stage
        at = self.targets.below[:lags]
        read = self.rise[0, stage + 1 :].reshape(-1).take(at)
        read *= self.targets.share[:lags]
        read += self.table[0, stage + 1 :].reshape(-1).take(at)
        return read

    def bought(self, stage: int, place: Ints, of_any_class: Ints) -> Floats:
        """What is bought after the review that a card of a stage is best given: (classes, S, D).

        The reviews are given by their places in arrays (lags, classes, S, D), and in those of any class, laid out flat.
        """
        at = self.targets.below.reshape(-1).take(place)
        share = self.targets.share.reshape(-1).take(of_any_class)
        rise = self.rise[1, stage + 1 :].reshape(-1).take(at)
        return np.asarray(self.table[1, stage + 1 :].reshape(-1).take(at) + share * rise)


@dataclass(frozen=True)
class Moves:
    """Where a review leads from each point of the grid, for each lag in stages; `recall` is (lags, S, D)."""

    recall: Floats
    good: Targets
    again: Targets
    good_mix: Floats
    again_mix: Floats


@functools.lru_cache(maxsize=8)
def moves(stages: Stages, w: tuple[float, ...], classes: int = RATIOS.size) -> Moves:
    """Kept from one level's tables to the next. Difficulty moves by the rating alone: one matrix for each."""
    S, D = np.meshgrid(STABILITIES, DIFFICULTIES, indexing="ij")
    t = np.arange(1, max(stages.count, 2), dtype=np.float64) * stages.length
    leads = fsrs.branch(S, D, np.broadcast_to(t, (*S.shape, t.size)), w)
    (good_S, good_mix), (again_S, again_mix) = leads.good, fsrs.step_same_day(*leads.again, fsrs.GOOD, w)
    recall, good_S, again_S = (np.ascontiguousarray(np.moveaxis(of, -1, 0)) for of in (leads.recall, good_S, again_S))
    return Moves(
        recall,
        Targets.at(good_S, classes),
        Targets.at(again_S, classes),
        mix(good_mix[0, :, 0]),
        mix(again_mix[0, :, 0]),
    )


@dataclass(frozen=True)
class Tables:
    """What a card is worth and when it is reviewed next, by stage of the last review, class of κ, S and D.

    Values are in units of the card's worth. The lag is that of the next review, in stages (0: there is none). `bought`
    is the time that is still spent on the card, in units of the seconds of an answer.
    """

    value: Floats
    lag: Ints
    bought: Floats


def tables(prices: Floats, stages: Stages, w: tuple[float, ...], ratios: Floats = RATIOS) -> Tables:
    """The dynamic programme at `prices` (stages,), in units of the students' scale, for classes of these `ratios`."""
    move, count = moves(stages, w, ratios.size), stages.count
    shape = (count, ratios.size, STABILITIES.size, DIFFICULTIES.size)
    both, lags = np.zeros((2, *shape)), np.zeros(shape, dtype=np.int64)
    value, bought = both
    good, again = Reached(move.good, move.good_mix, shape), Reached(move.again, move.again_mix, shape)
    stay = fsrs.retrievability(stages.left[:, None], STABILITIES, w)
    price = (prices[:, None] * ratios)[..., None, None]
    forgotten = 1 - move.recall
    points = np.arange(value[0].size).reshape(shape[1:])
    of_any_class = points[0]
    for stage in range(count - 1, -1, -1):
        value[stage] = stay[stage][None, :, None]
        if left := count - 1 - stage:
            # All stages that are left at once: (lags, classes, S, D).
            wrong = again.worth(stage)
            wrong -= RELEARN * price[stage + 1 :]
            wrong *= forgotten[:left, None]
            if_bought = good.worth(stage)
            if_bought *= move.recall[:left, None]
            if_bought += wrong
            if_bought -= price[stage + 1 :]
            lag = if_bought.argmax(0)
            place, any_class = lag * points.size + points, lag * of_any_class.size + of_any_class
            best, recall, lapse = (
                if_bought.reshape(-1).take(place),
                move.recall.reshape(-1).take(any_class),
                forgotten.reshape(-1).take(any_class),
            )
            better = best > value[stage]
            buys = recall * good.bought(stage, place, any_class) + lapse * again.bought(stage, place, any_class)
            np.copyto(value[stage], best, where=better)
            np.copyto(bought[stage], buys + 1 + RELEARN * lapse, where=better)
            np.copyto(lags[stage], lag + 1, where=better)
        good.put(stage, both[:, stage])
        again.put(stage, both[:, stage])
    return Tables(value, lags, bought)


class Shelf:
    """Tables at several prices, laid out flat, so that each card is read in the table of its student's prices.

    Room for them is taken as they are put in.
    """

    def __init__(self, stages: Stages, count: int) -> None:
        shape = (count, stages.count, RATIOS.size, STABILITIES.size, DIFFICULTIES.size)
        self.size = int(np.prod(shape[1:]))
        self._value, self._bought = np.zeros(shape), np.zeros(shape)
        self.value, self.bought = self._value.reshape(-1), self._bought.reshape(-1)

    def put(self, number: int, table: Tables, classes: Sequence[int] = EVERY_CLASS) -> None:
        """Set a table of these classes in its place."""
        self._value[number][:, classes], self._bought[number][:, classes] = table.value, table.bought


class Levels(Shelf):
    """The tables of LEVELS, each made when it is first asked for.

    By the parameters that most have all classes are made at once; by a student's own those of the cards that matter.
    """

    def __init__(self, stages: Stages, w: tuple[float, ...]) -> None:
        super().__init__(stages, LEVELS.size)
        self.stages, self.w = stages, w
        self.made: dict[int, set[int]] = {}
        """The classes of each level."""

    def make(self, levels: Ints, classes: Ints) -> None:
        """Make those of these levels and classes that are not there."""
        asked = set(EVERY_CLASS if self.w == fsrs.DEFAULT_PARAMETERS else classes.tolist())
        for level in set(levels.tolist()):
            made = self.made.setdefault(level, set())
            if missing := sorted(asked - made):
                prices = LEVELS[level] * self.stages.shape
                self.put(level, tables(prices, self.stages, self.w, RATIOS[missing]), missing)
                made.update(missing)


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
