"""Cards become the tasks that a plan chooses among. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np

from quizzes.calendar import StudyDay
from quizzes.schedule.facts import Candidate, CardFacts

ROUND_PAIRS = 6
"""The most pairs that a round of a match set asks."""


def list_candidates(cards: Iterable[CardFacts], day: StudyDay) -> tuple[Candidate, ...]:
    """A candidate for each item, in the order of its first card."""
    by_item: dict[int, list[CardFacts]] = defaultdict(list)
    for card in cards:
        by_item[card.item].append(card)
    return tuple(_candidate(pairs, day) for pairs in by_item.values())


def _candidate(cards: Sequence[CardFacts], day: StudyDay) -> Candidate:
    """The cards of one item as one task, standing for its weakest card; new pairs come before known ones."""
    weakest_first = sorted(cards, key=lambda card: _forgotten(card, day.date), reverse=True)
    waiting = [card for card in weakest_first if card.due_at is not None and card.due_at < day.ends_at]
    new = all(card.stability is None for card in cards)
    standing = weakest_first[0]
    due = bool(waiting) or (not new and standing.stability is None)
    if waiting and standing.stability is None:
        # Some pairs of the set are due, others new: the round is a review, of the due ones.
        standing = waiting[0]
    return Candidate(
        card=standing.card,
        facets=tuple(card.facet for card in weakest_first[:ROUND_PAIRS]),
        seconds=standing.seconds,
        new=new,
        due=due,
        stability=np.nan if standing.stability is None else standing.stability,
        difficulty=np.nan if standing.difficulty is None else standing.difficulty,
        elapsed_days=_elapsed_days(standing.last_review_on, day.date),
        kind=standing.kind,
        concept=standing.concept,
        guess_rate=standing.guess_rate,
    )


def _forgotten(card: CardFacts, today: date) -> float:
    """Elapsed days over stability, by which alone recall falls, whatever the parameters; infinite for a new card."""
    if card.stability is None:
        return np.inf
    return _elapsed_days(card.last_review_on, today) / card.stability


def _elapsed_days(last_review_on: date | None, today: date) -> float:
    return float(max((today - last_review_on).days, 0)) if last_review_on else 0.0
