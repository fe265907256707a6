"""The dynamic programme of one card at given prices (see `value`), as tables over a grid of memory states."""

from __future__ import annotations

import functools
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
class Moves:
    """Where a review leads from each point of the grid, for each lag in stages: arrays (lags, S, D)."""

    recall: Floats
    good: Ints
    good_share: Floats
    again: Ints
    again_share: Floats
    good_mix: Floats
    again_mix: Floats


@functools.lru_cache(maxsize=64)
def moves(stages: Stages, w: tuple[float, ...]) -> Moves:
    """Shared by all students with the same parameters. Difficulty moves by the rating alone: one matrix for each."""
    S, D = np.meshgrid(STABILITIES, DIFFICULTIES, indexing="ij")
    t = (np.arange(1, max(stages.count, 2), dtype=np.float64) * stages.length)[:, None, None]
    S, D, t = np.broadcast_arrays(S[None], D[None], t)
    good_S, good_mix = fsrs.step(S, D, t, fsrs.GOOD, w)
    again_S, again_mix = relearned(S, D, t, w)
    recall = fsrs.retrievability(t, S, w)
    return Moves(recall, *place(good_S), *place(again_S), mix(good_mix[0, 0]), mix(again_mix[0, 0]))


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
    for stage in range(count - 1, -1, -1):
        value[stage] = stay[stage][None, :, None]
        for lag in range(1, count - stage):
            then, recall = stage + lag, move.recall[lag - 1]
            price = (prices[then] * RATIOS)[:, None, None]
            to_good, to_again = (
                (move.good[lag - 1], move.good_share[lag - 1]),
                (move.again[lag - 1], move.again_share[lag - 1]),
            )
            wrong = _between(again[then], *to_again) - RELEARN * price
            if_bought = recall * _between(good[then], *to_good) + (1 - recall) * wrong - price
            better = if_bought > value[stage]
            if not better.any():
                continue
            buys = recall * _between(buys_good[then], *to_good) + (1 - recall) * _between(buys_again[then], *to_again)
            np.copyto(value[stage], if_bought, where=better)
            np.copyto(bought[stage], buys + 1 + RELEARN * (1 - recall), where=better)
            lags[stage][better] = lag
        good[stage], again[stage] = value[stage] @ move.good_mix.T, value[stage] @ move.again_mix.T
        buys_good[stage], buys_again[stage] = bought[stage] @ move.good_mix.T, bought[stage] @ move.again_mix.T
    return Tables(value, lags, bought)


_COLUMN = np.arange(DIFFICULTIES.size)


def _between(table: Floats, at: Ints, share: Floats) -> Floats:
    """A table (classes, S, D) read at stabilities between its rows, for each point (S, D) of the grid."""
    below = table[:, at, _COLUMN]
    return np.asarray(below + share * (table[:, at + 1, _COLUMN] - below))


@functools.lru_cache(maxsize=512)
def shared_tables(level: int, stages: Stages, w: tuple[float, ...]) -> Tables:
    """The tables at the `level`-th of LEVELS, in the usual shape of prices."""
    return tables(LEVELS[level] * stages.shape, stages, w)
