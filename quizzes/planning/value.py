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
from quizzes.planning.cards import RELEARN, Cards, Floats, chance_known, costs, gains, known_unseen
from quizzes.planning.tables import (
    DIFFICULTIES,
    LEVELS,
    RATIOS,
    STABILITIES,
    Ints,
    Levels,
    Shelf,
    Stages,
    nearest,
    place,
    shared_levels,
)

SAMPLE = 256
"""How many cards are enough to find the level of prices by."""
BLOCK = 1024
"""Cards per pass: what a pass needs stays in the processor's cache, and memory does not grow with the cards."""
CLAIM_SHARE = 0.7
"""The share of the claim in a priority; the rest is the gain of a last review."""


class Reviews:
    """Of each card's next review, at each stage: the chance to be right, and where it leads; whatever the prices.

    The cards have shape (students, cards), with each one's `ratio` of seconds to worth; reviews have one axis more, of
    the stages. `good` and `again` are the places in a table, laid out flat, of the states that they lead to.
    """

    def __init__(self, cards: Cards, ratio: Floats, stages: Stages, w: tuple[float, ...]) -> None:
        self.cards, self.ratio, self.stages, self.w = cards, ratio, stages, w
        unseen = np.isnan(cards.S)
        t = np.nan_to_num(cards.elapsed)[..., None] + stages.starts
        leads = fsrs.branch(cards.S, cards.D, t, w)
        recall = leads.recall
        recall[unseen] = known_unseen(cards.first[unseen, None], t[unseen], w)
        self.right = recall + (1 - recall) * cards.guess[..., None]
        self.wrong = 1 - self.right
        self.effort = 1 + RELEARN * self.wrong
        self.unreviewed = chance_known(cards, w, stages.days)
        self.matters = cards.worth > 0
        step = np.log(RATIOS[1] / RATIOS[0])
        self.of_class = np.clip(np.rint(np.log(ratio / RATIOS[0]) / step), 0, RATIOS.size - 1).astype(np.int64)
        self.classes = self.of_class[self.matters]
        self.good_D, (again_S, self.again_D) = leads.good[1], fsrs.step_same_day(*leads.again, fsrs.GOOD, w)
        self.good_row, self.good_share = place(leads.good[0])
        self.again_row, self.again_share = place(again_S)
        self.good = self._places(self.good_row, self.good_D)
        self.again = self._places(self.again_row, self.again_D)

    def _places(self, row: Ints, D: Floats) -> Ints:
        """Where a table, laid out flat, has the states below these stabilities, at the nearest difficulty."""
        column = STABILITIES.size * DIFFICULTIES.size
        of_card = self.of_class[..., None] * column + nearest(D)
        return np.asarray(row * DIFFICULTIES.size + (of_card + np.arange(self.stages.count) * (RATIOS.size * column)))

    def read(self, flat: Floats, begins: Ints) -> Floats:
        """Where the next review leads, right or wrong as may be, in tables that begin at (students, 1, 1)."""
        right = _between(flat, begins + self.good, self.good_share)
        wrong = _between(flat, begins + self.again, self.again_share)
        return np.asarray(self.right * right + self.wrong * wrong)

    def read_at(self, flat: Floats, begins: Ints, at: Ints) -> Floats:
        """The same of a single review of each card, (students, cards), by its places in the arrays laid out flat."""
        chance, fault, good_share, again_share = (
            column.reshape(-1).take(at) for column in (self.right, self.wrong, self.good_share, self.again_share)
        )
        right = _between(flat, begins + self.good.reshape(-1).take(at), good_share)
        wrong = _between(flat, begins + self.again.reshape(-1).take(at), again_share)
        return np.asarray(chance * right + fault * wrong)

    def offers(self, shelf: Shelf, at: Ints, prices: Floats) -> Floats:
        """In units of worth: a review at each stage, its price included.

        Each student's `prices` (students, stages) are those of the table that stands `at` (students,) in the shelf.
        """
        price = prices[:, None] * self.ratio[..., None]
        return np.asarray(self.read(shelf.value, (at * shelf.size)[:, None, None]) - price * self.effort)

    def wanted(self, levels: Levels, level: Ints) -> Floats:
        """Seconds that each student's cards are expected to buy until the exam, at the student's level: (students,)."""
        levels.make(level, self.classes)
        offers = self.offers(levels, level, LEVELS[level][:, None] * self.stages.shape)
        best = np.arange(0, offers.size, self.stages.count).reshape(offers.shape[:2]) + offers.argmax(-1)
        then = self.read_at(levels.bought, (level * levels.size)[:, None], best)
        effort, best_offer = self.effort.reshape(-1).take(best), offers.reshape(-1).take(best)
        buys = (best_offer > self.unreviewed) & self.matters
        return np.asarray((np.where(buys, effort + then, 0.0) * self.cards.seconds).sum(1))

    def claims(self, levels: Levels, level: Ints) -> Floats:
        """Marks that putting each card off until a later stage loses, (students, cards); may be below 0."""
        levels.make(level, self.classes)
        prices = LEVELS[level][:, None] * self.stages.shape
        offers = self.offers(levels, level, prices)
        today = offers[..., 0] + prices[:, :1] * self.ratio * self.effort[..., 0]
        later = np.maximum(offers[..., 1:].max(-1, initial=-np.inf), self.unreviewed)
        return np.asarray(np.where(self.matters, (today - later) * self.cards.worth, 0.0))


def _between(flat: Floats, at: Ints, share: Floats) -> Floats:
    """Linear in log S: between the point of a table and the one above."""
    below = flat.take(at)
    return np.asarray(below + share * (flat.take(at + DIFFICULTIES.size) - below))


def find_levels(sample: Reviews, share: Floats, seconds: Floats) -> Ints:
    """The level of prices at which each student's cards buy about the `seconds` (students,) until the exam.

    By a sample of the cards; `share` (students,) is how many times the sample's seconds all cards take. Dearer seconds
    are bought less: by the tables that all share it is the first of LEVELS at which no more than the seconds are
    wanted. By parameters of a student's own tables are dear, so it is looked for from there on, a level at a time.
    """
    low = _bisect(sample, shared_levels(sample.stages, fsrs.DEFAULT_PARAMETERS), share, seconds)
    if sample.w == fsrs.DEFAULT_PARAMETERS:
        return low
    levels, first, last = shared_levels(sample.stages, sample.w), 0, LEVELS.size - 1
    too_much = sample.wanted(levels, low) * share > seconds
    rising, falling = too_much & (low < last), ~too_much & (low > first)
    while rising.any() or falling.any():
        next_level = low + np.where(rising, 1, np.where(falling, -1, 0))
        too_much = sample.wanted(levels, next_level) * share > seconds
        low = np.where(rising | (falling & ~too_much), next_level, low)
        rising, falling = rising & too_much & (low < last), falling & ~too_much & (low > first)
    return low


def _bisect(sample: Reviews, levels: Levels, share: Floats, seconds: Floats) -> Ints:
    """The level by these tables, whatever the parameters."""
    low, high = np.zeros(seconds.size, dtype=np.int64), np.full(seconds.size, LEVELS.size - 1)
    while (low < high).any():
        middle = (low + high) // 2
        too_much = sample.wanted(levels, middle) * share > seconds
        low, high = np.where(too_much & (low < high), middle + 1, low), np.where(too_much, high, middle)
    return low


def claims(cards: Cards, days: float, seconds_a_day: Floats, w: tuple[float, ...]) -> Floats:
    """The claim of each card on today, in marks per second of its cost: (students, cards).

    `days` until the exam, `seconds_a_day` (students,) to spend on each of them, today included. Students are taken a
    few at a time, and so are the cards of a student who has very many.
    """
    together = max(BLOCK // max(cards.S.shape[1], 1), 1)
    claimed = np.empty(cards.S.shape)
    for first in range(0, cards.S.shape[0], together):
        some = slice(first, first + together)
        claimed[some] = _claims(cards.of(some), Stages.until(days), seconds_a_day[some], w)
    return np.asarray(claimed / costs(cards, w))


def _claims(cards: Cards, stages: Stages, seconds_a_day: Floats, w: tuple[float, ...]) -> Floats:
    count, ratio, levels = cards.S.shape[1], cards.ratio, shared_levels(stages, w)
    some = cards.some(slice(None, None, -(-count // SAMPLE) or 1))
    sample = Reviews(some, some.ratio, stages, w)
    share = cards.seconds.sum(1) / np.maximum(some.seconds.sum(1), 1e-9)
    level = find_levels(sample, share, seconds_a_day * stages.days)
    if count <= SAMPLE:
        return sample.claims(levels, level)
    blocks = [slice(first, first + BLOCK) for first in range(0, count, BLOCK)]
    return np.concatenate(
        [Reviews(cards.some(block), ratio[:, block], stages, w).claims(levels, level) for block in blocks], axis=1
    )


def priorities(
    cards: Cards, days: float, seconds_a_day: Floats, w: tuple[float, ...], gain: Floats | None = None
) -> Floats:
    """What to review today, the highest first; -inf for what is better not reviewed today: (students, cards).

    Mostly the claims, and to the rest the gains of a last review: the claims are indifferent among cards that could
    be reviewed today or next week alike, and trust that the days to come will be kept; the gains break such ties in
    favour of what helps even if they are not. `gain` has the gains, from who knows them.
    """
    claim = claims(cards, days, seconds_a_day, w)
    gain = gains(cards, days, w) if gain is None else gain
    mixed = CLAIM_SHARE * np.maximum(claim, 0.0) + (1 - CLAIM_SHARE) * np.maximum(gain, 0.0)
    return np.where((cards.worth > 0) & (mixed > 0), mixed, -np.inf)
