"""Cards become the tasks that a plan chooses among. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from quizzes.schedule.facts import Candidates, CardColumns
from quizzes.schedule.first_sights import see

ROUND_PAIRS = 6
"""The most pairs that a round of a match set asks."""


def list_candidates(cards: CardColumns) -> Candidates:
    """A candidate for each item, in the order of the items."""
    begins = np.flatnonzero(np.diff(cards.items, prepend=-1))
    ends = np.append(begins[1:], cards.items.size)
    standing = begins.copy()
    facets: list[tuple[str, ...]] = [(cards.facets[at],) for at in begins.tolist()]
    new, due = np.isnan(cards.stability[begins]), cards.due[begins]
    for number in np.flatnonzero(ends - begins > 1).tolist():
        pairs = range(int(begins[number]), int(ends[number]))
        standing[number], facets[number], new[number], due[number] = _round(cards, pairs)
    sight, items, read = see(cards), cards.items[standing], cards.read[standing]
    first = sight.known(items, read)
    first_read = sight.known(items, np.ones_like(read)) if cards.bank.sections else first
    return Candidates(cards, standing, facets, new, due, first, first_read, partial(sight.doubt, items, read))


def _round(cards: CardColumns, pairs: Sequence[int]) -> tuple[int, tuple[str, ...], bool, bool]:
    """The pairs of one item as one task: the one that it stands for, the facets to ask, and whether new and due.

    It stands for the weakest pair; new pairs come before known ones.
    """
    weakest_first = sorted(pairs, key=lambda pair: _forgotten(cards, pair), reverse=True)
    waiting = [pair for pair in weakest_first if cards.due[pair]]
    new = all(np.isnan(cards.stability[pair]) for pair in pairs)
    standing = weakest_first[0]
    begins_new = bool(np.isnan(cards.stability[standing]))
    due = bool(waiting) or (not new and begins_new)
    if waiting and begins_new:
        # Some pairs of the set are due, others new: the round is a review, of the due ones.
        standing = waiting[0]
    return standing, tuple(cards.facets[pair] for pair in weakest_first[:ROUND_PAIRS]), new, due


def _forgotten(cards: CardColumns, pair: int) -> float:
    """Elapsed days over stability, by which alone recall falls, whatever the parameters; infinite for a new card."""
    if np.isnan(cards.stability[pair]):
        return np.inf
    return float(cards.elapsed_days[pair] / cards.stability[pair])
