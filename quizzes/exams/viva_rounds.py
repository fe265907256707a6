"""Which match sets and pairs the rounds of a viva ask: those in which the student is weakest. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from quizzes.exams.apart import NOTHING, Apart

MISS_WEIGHT, MOST_MISSES = 0.25, 4
"""What each time that a pair was missed adds to its weakness, and how many of them count."""
BASE_WEIGHT = 0.25
"""What a match set counts for besides the weight of its concepts in the blueprint."""
MAX_TIE_BREAK = 1e-3
"""Pairs and sets that are equally weak are ordered by chance, up to this."""


@dataclass(frozen=True)
class Pair:
    """A pair of a match set as a student knows it.

    `recall` is the probability in [0, 1] that it is remembered, `misses` how often it was matched wrongly of late;
    `mistaken_for` names the pairs (facets of the same item) whose right side was given for it.
    """

    item: int
    facet: str
    concepts: tuple[str, ...]
    difficulty: int
    recall: float
    misses: int = 0
    mistaken_for: tuple[str, ...] = ()

    @property
    def weakness(self) -> float:
        """The chance that it is forgotten, and more for each time it was missed."""
        return (1 - self.recall) + MISS_WEIGHT * min(self.misses, MOST_MISSES)


@dataclass(frozen=True)
class Round:
    """A round of a viva: its match set, and the pairs to ask, weakest first."""

    item: int
    facets: tuple[str, ...]


@dataclass(frozen=True)
class _RankedRound:
    """A round with what it is worth asking, and its difficulty."""

    value: float
    difficulty: int
    round: Round


def choose_rounds(
    pairs: Sequence[Pair],
    count: int,
    size: int,
    concepts: Mapping[str, float],
    seed: int,
    *,
    apart: Apart = NOTHING,
) -> list[Round]:
    """Choose `count` rounds (fewer where there are fewer match sets) of up to `size` pairs, in rising difficulty.

    Match sets that are to be kept `apart` do not come together.

    A set counts by its `size` weakest pairs and the largest weight that one of its concepts has in `concepts` (empty:
    all alike). With a weak pair come those it was taken for. The same for the same seed.
    """
    rng = np.random.default_rng(seed)
    by_item: dict[int, list[Pair]] = {}
    for pair in sorted(pairs, key=lambda pair: (pair.item, pair.facet)):
        by_item.setdefault(pair.item, []).append(pair)
    ranked = [_rank(item, of_item, size, concepts, rng) for item, of_item in by_item.items()]
    by_value = {entry.round.item: entry for entry in sorted(ranked, key=lambda entry: -entry.value)}
    chosen = [by_value[item] for item in islice(apart.select(by_value), count)]
    return [entry.round for entry in sorted(chosen, key=lambda entry: (entry.difficulty, -entry.value))]


def _rank(
    item: int, pairs: Sequence[Pair], size: int, concepts: Mapping[str, float], rng: np.random.Generator
) -> _RankedRound:
    noise = rng.uniform(0, MAX_TIE_BREAK, len(pairs))
    order = sorted(range(len(pairs)), key=lambda at: -pairs[at].weakness - noise[at])
    weakest = [pairs[at] for at in order]
    weight = max(concepts.get(concept, 0.0) for concept in weakest[0].concepts) if concepts else 1.0
    value = sum(pair.weakness for pair in weakest[:size]) * (BASE_WEIGHT + weight) + rng.uniform(0, MAX_TIE_BREAK)
    return _RankedRound(value, weakest[0].difficulty, Round(item, _facets(weakest, size)))


def _facets(weakest: Sequence[Pair], size: int) -> tuple[str, ...]:
    """Up to `size` facets: each pair's, weakest first, followed by those it was taken for."""
    known = {pair.facet for pair in weakest}
    facets: dict[str, None] = {}
    for pair in weakest:
        for facet in (pair.facet, *(other for other in pair.mistaken_for if other in known)):
            if len(facets) < size:
                facets.setdefault(facet)
    return tuple(facets)
