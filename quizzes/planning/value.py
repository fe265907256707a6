"""What a review today is worth when it may also be done later: a dynamic programme per card, at a price per second.

The problem. A card that is in state (S, D) after a review on day d is worth, at the exam on day T, its weight times the
chance that it is still recalled. Reviewed once more on a later day d', it is recalled with chance p = R(d' - d, S) and
moves to the state after `good`; else it is forgotten, relearned on the spot, and moves to the state after that. Each
day has so many seconds, which all cards share: that couples them, and makes the exact problem intractable.

The relaxation. Give each day's seconds a price λ_d, in marks per second, and let every card buy what it likes. Then the
cards are independent, each a small dynamic programme (in units of its weight, with κ = seconds / weight):

    V_d(S, D) = max( R(T - d, S),  max over d' > d of
                     p·V_d'(good) + (1 - p)·(V_d'(relearned) - RELEARN·λ_d'·κ) - λ_d'·κ )

The sum of the cards' values plus Σ λ_d·B_d bounds every policy from above (weak duality): see `bound`. Prices that make
the bound least are those at which each day's expected purchases just fill it. Minimised in full, they hardly depend
on the course but for their level: about the same at first, and twice as dear on the last day, when a review fades
least until the exam. So the planner takes this shape, λ_d = a·(1 + (d/T)³), and for each student looks for the one
number a at which what their cards will buy fills the minutes until the exam. The tables of V then depend on (w, T, a)
alone: they are computed once for a grid of a, and shared by all students.

The claim of a card on today is what reviewing it now adds to the best that it could do from tomorrow on: the marks that
putting it off loses. A card that a review next week serves as well claims nothing, however weak it is today; a new card
that needs three spaced reviews before the exam has a claim from the first day.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from quizzes.memory import fsrs

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

STABILITIES = np.geomspace(0.05, 3000.0, 40)
DIFFICULTIES = np.array([1.0, 4.0, 7.0, 10.0])
RATIOS = np.geomspace(1 / 6, 6.0, 5)
"""Of a card's κ to the mean one of its student's: the classes that tables are made for."""
LEVELS = np.geomspace(1e-3, 4.0, 17)
"""Of prices: marks per second, in those that the whole course gives for all of its seconds."""
MAX_STAGES = 30
FIRST_RIGHT = 0.5
"""P(right) of a first answer beyond luck: the lesson was read."""
RELEARN = 1.0
"""Extra seconds, in those of an answer, that a wrong one costs: it is asked again the same day."""
SAMPLE = 256
"""Cards by which the level of prices is found."""


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


@dataclass(frozen=True)
class Cards:
    """The tasks of students, arrays of shape (students, cards); S and D are NaN for what was never seen.

    `elapsed` days since the last review; `weight` in shares of the exam (0: it does not matter); `seconds` > 0 of an
    answer; `guess` the chance to be right by luck.
    """

    S: Floats
    D: Floats
    elapsed: Floats
    weight: Floats
    seconds: Floats
    guess: Floats

    @property
    def worth(self) -> Floats:
        """Marks that hang on memory, luck being had anyway."""
        return np.asarray(self.weight * (1 - self.guess))

    @property
    def scale(self) -> Floats:
        """Marks per second of each student's course as a whole: the unit of prices, (students,)."""
        seconds = (self.seconds * (self.worth > 0)).sum(1)
        return np.asarray(self.worth.sum(1) / np.maximum(seconds, 1e-9))

    def some(self, step: int) -> Cards:
        """Every `step`-th card."""
        each = (one[:, ::step] for one in (self.S, self.D, self.elapsed, self.weight, self.seconds, self.guess))
        return Cards(*each)


def relearned(S: Floats, D: Floats, t: Floats, w: Sequence[float]) -> tuple[Floats, Floats]:
    """The state after a lapse, and after the review that same day which puts it right."""
    lapsed, harder = fsrs.step(S, D, t, fsrs.AGAIN, w)
    return fsrs.step(lapsed, harder, np.zeros_like(lapsed), fsrs.GOOD, w)


def chance_right(cards: Cards, w: Sequence[float], after: float = 0.0) -> Floats:
    """P(right) of a review `after` days from now, luck included; of a first one FIRST_RIGHT beyond luck."""
    unseen = np.isnan(cards.S)
    recall = np.where(unseen, FIRST_RIGHT, fsrs.retrievability(cards.elapsed + after, cards.S, w))
    return np.asarray(recall + (1 - recall) * cards.guess)


def costs(cards: Cards, w: Sequence[float]) -> Floats:
    """Expected seconds of a review today, with those of relearning what turns out wrong."""
    return np.asarray(cards.seconds * (1 + RELEARN * (1 - chance_right(cards, w))))


# The tables


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
    """By stage of the last review, class of κ, S and D: values in units of the card's worth, the lag in stages of the
    next review (0: none any more), and the expected answers' worth of seconds that are still bought."""

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
            found = recall * _between(good[then], *to_good) + (1 - recall) * wrong - price
            better = found > value[stage]
            if not better.any():
                continue
            buys = recall * _between(buys_good[then], *to_good) + (1 - recall) * _between(buys_again[then], *to_again)
            np.copyto(value[stage], found, where=better)
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


# Cards at prices


class Reviews:
    """Of each card's next review, at each stage: the chance to be right, and where it leads; whatever the prices."""

    def __init__(self, cards: Cards, stages: Stages, w: tuple[float, ...]) -> None:
        self.cards, self.stages, self.w = cards, stages, w
        unseen = np.isnan(cards.S)
        t = np.where(unseen, 0.0, cards.elapsed)[..., None] + stages.starts  # (students, cards, stages)
        S, D = np.broadcast_to(cards.S[..., None], t.shape), np.broadcast_to(cards.D[..., None], t.shape)
        recall = np.where(unseen[..., None], FIRST_RIGHT, fsrs.retrievability(t, S, w))
        self.right = recall + (1 - recall) * cards.guess[..., None]
        good_S, self.good_D = fsrs.step(S, D, t, fsrs.GOOD, w)
        again_S, self.again_D = relearned(S, D, t, w)
        self.good, self.good_share = place(good_S)
        self.again, self.again_share = place(again_S)
        at_exam = fsrs.retrievability(cards.elapsed + stages.days, cards.S, w)
        self.unreviewed = np.where(unseen, 0.0, at_exam)
        self.matters = cards.worth > 0
        scale = cards.scale[:, None]
        self.ratio = np.where(self.matters, cards.seconds / np.maximum(cards.worth, 1e-12) * scale, 1.0)
        step = np.log(RATIOS[1] / RATIOS[0])
        self.of_class = np.clip(np.rint(np.log(self.ratio / RATIOS[0]) / step), 0, RATIOS.size - 1).astype(np.int64)

    def read(self, table: Floats) -> Floats:
        """A table at where the next review leads, right or wrong as may be: (students, cards, stages)."""
        stage, of = np.arange(self.stages.count)[None, None], self.of_class[..., None]
        right = self._read(table, stage, of, self.good, self.good_share, self.good_D)
        wrong = self._read(table, stage, of, self.again, self.again_share, self.again_D)
        return np.asarray(self.right * right + (1 - self.right) * wrong)

    @staticmethod
    def _read(table: Floats, stage: Ints, of: Ints, at: Ints, share: Floats, D: Floats) -> Floats:
        """Linear in log S; at the nearest difficulty."""
        column = nearest(D)
        below = table[stage, of, at, column]
        return np.asarray(below + share * (table[stage, of, at + 1, column] - below))

    def offers(self, table: Tables, prices: Floats) -> tuple[Floats, Floats]:
        """In units of worth: a review at each stage at `prices` (stages,), its own included; and without any more."""
        price = prices * self.ratio[..., None]
        return self.read(table.value) - price * (1 + RELEARN * (1 - self.right)), self.unreviewed

    def wanted(self, table: Tables, prices: Floats) -> Floats:
        """Seconds that each student's cards are expected to buy until the exam, (students,)."""
        offers, unreviewed = self.offers(table, prices)
        first = offers.argmax(-1)[..., None]
        best = np.take_along_axis(offers, first, -1)[..., 0]
        right = np.take_along_axis(self.right, first, -1)[..., 0]
        then = np.take_along_axis(self.read(table.bought), first, -1)[..., 0]
        buys = (best > unreviewed) & self.matters
        return np.asarray((np.where(buys, 1 + RELEARN * (1 - right) + then, 0.0) * self.cards.seconds).sum(1))

    def claims(self, table: Tables, prices: Floats) -> Floats:
        """Marks that putting each card off until a later stage loses, (students, cards); may be below 0."""
        offers, unreviewed = self.offers(table, prices)
        today = offers[..., 0] + prices[0] * self.ratio * (1 + RELEARN * (1 - self.right[..., 0]))
        later = np.maximum(offers[..., 1:].max(-1, initial=-np.inf), unreviewed)
        return np.asarray(np.where(self.matters, (today - later) * self.cards.worth, 0.0))


def find_levels(cards: Cards, stages: Stages, seconds: Floats, w: tuple[float, ...]) -> Ints:
    """The level of prices at which each student's cards buy about the `seconds` (students,) until the exam.

    Dearer seconds are bought less: bisection over LEVELS, by a sample of the cards.
    """
    step = -(-cards.S.shape[1] // SAMPLE)
    sample = Reviews(cards.some(step), stages, w)
    share = cards.seconds.sum(1) / np.maximum(sample.cards.seconds.sum(1), 1e-9)
    low, high = np.zeros(seconds.size, dtype=np.int64), np.full(seconds.size, LEVELS.size - 1)
    while (low < high).any():
        middle = (low + high) // 2
        wanted = np.empty(seconds.size)
        for level in np.unique(middle):
            found = sample.wanted(shared_tables(int(level), stages, w), LEVELS[level] * stages.shape)
            wanted = np.where(middle == level, found * share, wanted)
        too_much = wanted > seconds
        low, high = np.where(too_much & (low < high), middle + 1, low), np.where(too_much, high, middle)
    return low


def claims(cards: Cards, days: float, seconds_a_day: Floats, w: tuple[float, ...]) -> Floats:
    """The claim of each card on today, in marks per second of its cost: (students, cards).

    `days` until the exam, `seconds_a_day` (students,) to spend on each of them, today included.
    """
    stages = Stages.until(days)
    levels = find_levels(cards, stages, seconds_a_day * stages.days, w)
    reviews = Reviews(cards, stages, w)
    found = np.zeros(cards.S.shape)
    for level in np.unique(levels):
        one = reviews.claims(shared_tables(int(level), stages, w), LEVELS[level] * stages.shape)
        found = np.where((levels == level)[:, None], one, found)
    return np.asarray(found / costs(cards, w))


def gains(cards: Cards, days: float, w: Sequence[float]) -> Floats:
    """What one review today adds at the exam `days` from now if it is the last, in marks per second of its cost."""
    unseen = np.isnan(cards.S)
    right = chance_right(cards, w)
    good, _ = fsrs.step(cards.S, cards.D, cards.elapsed, fsrs.GOOD, w)
    again, _ = relearned(cards.S, cards.D, cards.elapsed, w)
    then = right * fsrs.retrievability(days, good, w) + (1 - right) * fsrs.retrievability(days, again, w)
    without = np.where(unseen, 0.0, fsrs.retrievability(cards.elapsed + days, cards.S, w))
    return np.asarray(cards.worth * (then - without) / costs(cards, w))


CLAIM_SHARE = 0.7


def priorities(cards: Cards, days: float, seconds_a_day: Floats, w: tuple[float, ...]) -> Floats:
    """What to review today, the highest first; -inf for what is better not reviewed today: (students, cards).

    Mostly the claims, and to the rest the gains of a last review: the claims are indifferent among cards that could
    be reviewed today or next week alike, and trust that the days to come will be kept; the gains break such ties in
    favour of what helps even if they are not.
    """
    claim, gain = claims(cards, days, seconds_a_day, w), gains(cards, days, w)
    mixed = CLAIM_SHARE * np.maximum(claim, 0.0) + (1 - CLAIM_SHARE) * np.maximum(gain, 0.0)
    return np.where((cards.worth > 0) & (mixed > 0), mixed, -np.inf)
