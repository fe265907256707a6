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

import numpy as np

from quizzes.memory import fsrs
from quizzes.planning.cards import FIRST_RIGHT, RELEARN, Cards, Floats, costs, gains, relearned
from quizzes.planning.tables import LEVELS, RATIOS, Ints, Stages, Tables, nearest, place, shared_tables

SAMPLE = 256
"""How many cards are enough to find the level of prices by."""
CLAIM_SHARE = 0.7
"""The share of the claim in a priority; the rest is the gain of a last review."""


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

    def read_at(self, table: Floats, stage: Ints) -> Floats:
        """The same at a stage for each card, (students, cards, 1)."""
        of = self.of_class[..., None]
        good, again = np.take_along_axis(self.good, stage, -1), np.take_along_axis(self.again, stage, -1)
        chance, good_share, again_share, good_D, again_D = (
            np.take_along_axis(column, stage, -1)
            for column in (self.right, self.good_share, self.again_share, self.good_D, self.again_D)
        )
        right = self._read(table, stage, of, good, good_share, good_D)
        wrong = self._read(table, stage, of, again, again_share, again_D)
        return np.asarray(chance * right + (1 - chance) * wrong)

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
        then = self.read_at(table.bought, first)[..., 0]
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
            at_level = sample.wanted(shared_tables(int(level), stages, w), LEVELS[level] * stages.shape)
            wanted = np.where(middle == level, at_level * share, wanted)
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
    claimed = np.zeros(cards.S.shape)
    for level in np.unique(levels):
        at_level = reviews.claims(shared_tables(int(level), stages, w), LEVELS[level] * stages.shape)
        claimed = np.where((levels == level)[:, None], at_level, claimed)
    return np.asarray(claimed / costs(cards, w))


def priorities(cards: Cards, days: float, seconds_a_day: Floats, w: tuple[float, ...]) -> Floats:
    """What to review today, the highest first; -inf for what is better not reviewed today: (students, cards).

    Mostly the claims, and to the rest the gains of a last review: the claims are indifferent among cards that could
    be reviewed today or next week alike, and trust that the days to come will be kept; the gains break such ties in
    favour of what helps even if they are not.
    """
    claim, gain = claims(cards, days, seconds_a_day, w), gains(cards, days, w)
    mixed = CLAIM_SHARE * np.maximum(claim, 0.0) + (1 - CLAIM_SHARE) * np.maximum(gain, 0.0)
    return np.where((cards.worth > 0) & (mixed > 0), mixed, -np.inf)
