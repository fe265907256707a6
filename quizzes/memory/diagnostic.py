"""What a newcomer knows of a course's concepts, found by few questions: each is chosen for what it tells of the graph.

A concept is known or not. Whether it is hangs on the student's ability, on how easy its questions are at first sight
(`first_sight`), and on what comes first in the graph: a concept whose prerequisites are known is likelier known. Who
knows a concept answers a typical question about it by APART logits above even chances, who does not by as much below:

    P(known)  = σ(ability + ease of the concept + TIE·(2·share of prerequisites known - 1))
    P(right)  = g + (1 - g)·σ(±APART + ease of the item - ease of the concept)

That is a Bayesian network (Pearl 1988; of knowledge that hangs together by prerequisites: Doignon and Falmagne 1985).
It is held as `Worlds`, many draws of what a newcomer may know, weighed by how well each explains the answers; so any
graph will do. The next question is the one that leaves the least doubt, summed over concepts, in the mean of its
answers (greedy expected information; Lindley 1956).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from quizzes.memory.first_sight import Floats, Ints, Items, Population

WORLDS = 4096
"""Draws: the chance of a concept comes out some 1 % off."""
TIE = 2.0
"""Logits by which a concept is likelier known where all its prerequisites are, and less likely where none is."""
APART = 2.0
"""Logits above (and below) even chances at which who knows a concept (does not) answers a typical question."""
MOST = 12
"""Questions at most."""
LITTLE = 0.3
"""Bits: where no question is expected to tell more of all concepts together, asking ends."""
KNOWN, NOT_KNOWN = 0.55, 0.45
"""Chances from which, and up to which, a concept stands on the map as known, and as not known: what lies between is
hardly better than a coin's toss. To say nothing of more of them costs the map more than it spares it."""

Standing = Literal["known", "unsure", "not_known"]


@dataclass(frozen=True)
class Graph:
    """The concepts of a course: the `ease` (concepts,) of each one's questions, and by number what comes before it."""

    ease: Floats
    before: Sequence[Sequence[int]]

    @classmethod
    def of(cls, items: Items, before: Sequence[Sequence[int]]) -> Graph:
        """Take the mean ease of each concept's items; 0 where it has none."""
        counts = np.bincount(items.concept, minlength=len(before))
        sums = np.bincount(items.concept, weights=items.ease, minlength=len(before))
        return cls(sums / np.maximum(counts, 1), before)

    def order(self) -> list[int]:
        """Return the concepts, each after those before it, as far as they are in no circle."""
        placed: dict[int, None] = {}
        for _ in self.before:
            ready = [at for at in range(len(self.before)) if at not in placed and placed.keys() >= set(self.before[at])]
            placed |= dict.fromkeys(ready)
        return list(placed | dict.fromkeys(range(len(self.before))))


def draw_known(
    rng: np.random.Generator, graph: Graph, population: Population, students: int, tie: float = TIE
) -> NDArray[np.bool_]:
    """Draw which concepts students know who were asked nothing: (students, concepts)."""
    ability = rng.normal(0, population.ability, students)
    known = np.zeros((students, len(graph.before)), dtype=bool)
    for concept in graph.order():
        logit = ability + graph.ease[concept]
        if before := list(graph.before[concept]):
            logit = logit + tie * (2 * known[:, before].mean(1) - 1)
        known[:, concept] = rng.random(students) < _sigmoid(logit)
    return known


def chance_right(items: Items, graph: Graph, *, known: bool) -> Floats:
    """Return the chance (items,) that items are answered right by who knows their concept, or does not."""
    side = APART if known else -APART
    return np.asarray(items.luck + (1 - items.luck) * _sigmoid(side + items.ease - graph.ease[items.concept]))


@dataclass(frozen=True)
class Worlds:
    """What a student may know, `known` (worlds, concepts), each world with its `weight` (worlds,); they sum to 1."""

    known: NDArray[np.bool_]
    weight: Floats

    @classmethod
    def draw(cls, graph: Graph, population: Population) -> Worlds:
        """Draw what newcomers may know: the same worlds each time, so that the same answers give the same map."""
        known = draw_known(np.random.default_rng(WORLDS), graph, population, WORLDS)
        return cls(known, np.full(WORLDS, 1 / WORLDS))

    @cached_property
    def chance(self) -> Floats:
        """The chance (concepts,) that each concept is known."""
        return np.asarray(self.weight @ self.known)

    def after(self, items: Items, right: NDArray[np.bool_], graph: Graph) -> Worlds:
        """Weigh the worlds by answers to these items, (items,) each."""
        log = np.log(self.weight)
        for known in (True, False):
            p = chance_right(items, graph, known=known)
            told = np.log(np.clip(np.where(right, p, 1 - p), 1e-9, 1.0))
            log = log + np.where(self.known[:, items.concept] == known, told, 0.0).sum(1)
        weight = np.exp(log - log.max())
        return Worlds(self.known, weight / weight.sum())

    def gain(self, items: Items, graph: Graph) -> Floats:
        """Return the bits (items,) that an answer to each item is expected to tell, summed over all concepts."""
        chance = self.chance
        together = (self.known * self.weight[:, None]).T @ self.known
        both, own = together[items.concept], chance[items.concept, None]
        p_known, p_not = (chance_right(items, graph, known=known)[:, None] for known in (True, False))
        right = own * p_known + (1 - own) * p_not
        known_and_right = both * p_known + (chance - both) * p_not
        if_right = np.clip(known_and_right / right, 0, 1)
        if_wrong = np.clip((chance - known_and_right) / (1 - right), 0, 1)
        left = right * _doubt(if_right) + (1 - right) * _doubt(if_wrong)
        return np.asarray((_doubt(chance) - left).sum(1))


def choose_items(worlds: Worlds, items: Items, graph: Graph, free: Ints, asked: int) -> Ints:
    """Return the numbers of the `free` items that tell enough to be asked next, the most telling first.

    None after `asked` questions of MOST, and where little is left to learn.
    """
    if asked >= MOST or not free.size:
        return free[:0]
    gain = worlds.gain(items.some(free), graph)
    order = np.argsort(-gain, kind="stable")
    return free[order[gain[order] >= LITTLE]]


def stand(chance: float) -> Standing:
    """Say how a concept stands that is known with this chance."""
    return "known" if chance >= KNOWN else "not_known" if chance <= NOT_KNOWN else "unsure"


def _doubt(p: Floats) -> Floats:
    """The entropy in bits of something that is so with the chance p."""
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return np.asarray(-(p * np.log2(p) + (1 - p) * np.log2(1 - p)))


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)))
