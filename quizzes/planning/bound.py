"""How good any policy can be: the Lagrangian bound, with the prices minimised in full.

For any prices λ ≥ 0 the sum of the cards' values plus Σ λ_d·B_d is at least the expected score of every policy that
keeps to the minutes, since none pays more than Σ λ_d·B_d for its reviews, and no card is worth more than its V (see
`value`). The bound is convex in λ, and what the cards buy on a day, less B_d, is minus a subgradient.
"""

from __future__ import annotations

import numpy as np

from quizzes.planning import tables, value
from quizzes.planning.cards import RELEARN, Cards, Floats
from quizzes.planning.tables import Ints, Shelf, Stages, Tables
from quizzes.planning.value import Reviews

ROUNDS = 60


def bound(cards: Cards, days: int, seconds_a_day: float, w: tuple[float, ...], *, rounds: int = ROUNDS) -> float:
    """The least bound found on the score (in the unit of the weights' sum) of one student's `cards`, shape (1, cards).

    Exact subgradient steps on the logarithms of the prices, of falling length, from the planner's own prices. Every
    day is a stage of its own. Up to the interpolation of the tables, at any number of `rounds` it is a bound.
    """
    stages = Stages.until(days, most=max(days, 1))
    reviews = Reviews(cards, cards.ratio, stages, w)
    scale = float(cards.scale[0])
    level = value.find_levels(reviews, np.ones(1), np.array([seconds_a_day * stages.days]))[0]
    prices = tables.LEVELS[level] * stages.shape
    shelf = Shelf(stages, 1)
    least = np.inf
    for number in range(rounds):
        table = tables.tables(prices, stages, w)
        shelf.put(0, table)
        score, bought = _evaluate(reviews, shelf, table, prices)
        least = min(least, score + scale * float(prices.sum()) * seconds_a_day)
        excess = bought / max(seconds_a_day, 1e-9) - 1
        step = 0.15 / np.sqrt(number + 1) / max(float(np.sqrt((excess**2).mean())), 1e-9)
        prices = np.clip(prices * np.exp(step * excess), 1e-4, 20.0)
    return least


def _evaluate(reviews: Reviews, shelf: Shelf, table: Tables, prices: Floats) -> tuple[float, Floats]:
    """The cards' values, luck included, and the seconds that they are expected to buy on each day."""
    cards, unreviewed = reviews.cards, reviews.unreviewed
    offers = reviews.offers(shelf, np.zeros(1, dtype=np.int64), prices[None])
    first = offers.argmax(-1)[0]
    at = np.arange(first.size)
    best = offers[0, at, first]
    buys = (best > unreviewed[0]) & reviews.matters[0]
    score = (cards.worth[0] * np.where(buys, best, unreviewed[0])).sum() + (cards.weight[0] * cards.guess[0]).sum()
    return float(score), _purchases(reviews, table, at[buys], first[buys])


def _purchases(reviews: Reviews, table: Tables, card: Ints, stage: Ints) -> Floats:
    """Expected seconds of each day: the cards flow through the tables as their choices take them.

    `card` are those that buy a review, `stage` when they buy the first.
    """
    count, sizes = reviews.stages.count, table.value.shape[1:]
    move = tables.moves(reviews.stages, reviews.w)
    mass = np.zeros((count, int(np.prod(sizes))))  # of seconds that an answer takes
    bought = np.zeros(count)
    seconds, right, of = reviews.cards.seconds[0, card], reviews.right[0, card, stage], reviews.of_class[0, card]
    np.add.at(bought, stage, seconds * (1 + RELEARN * (1 - right)))
    for at, share, difficulty, chance in (
        (reviews.good_row, reviews.good_share, reviews.good_D, right),
        (reviews.again_row, reviews.again_share, reviews.again_D, 1 - right),
    ):
        D = tables.nearest(difficulty[0, card, 0])
        _spread(mass, sizes, stage, of, at[0, card, stage], share[0, card, stage], D=D, amount=seconds * chance)
    for now in range(count - 1):
        lag = table.lag[now].reshape(-1)
        cell = np.flatnonzero((mass[now] > 0) & (lag > 0))
        if not cell.size:
            continue
        amount, then = mass[now, cell], now + lag[cell]
        of, S, D = np.unravel_index(cell, sizes)
        recall = move.recall[lag[cell] - 1, S, D]
        np.add.at(bought, then, amount * (1 + RELEARN * (1 - recall)))
        for target, mixes, chance in ((move.good, move.good_mix, recall), (move.again, move.again_mix, 1 - recall)):
            row, portion = target.row[lag[cell] - 1, 0, S, D], target.share[lag[cell] - 1, 0, S, D]
            for column in range(sizes[2]):
                to, part = np.full(cell.size, column), amount * chance * mixes[D, column]
                _spread(mass, sizes, then, of, row, portion, D=to, amount=part)
    return bought


def _spread(
    mass: Floats, sizes: tuple[int, ...], stage: Ints, of: Ints, at: Ints, share: Floats, *, D: Ints, amount: Floats
) -> None:
    """Add amounts between the two stabilities that each lies between."""
    for above, part in ((0, 1 - share), (1, share)):
        np.add.at(mass, (stage, np.ravel_multi_index((of, at + above, D), sizes)), amount * part)
