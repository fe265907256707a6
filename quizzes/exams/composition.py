"""Which items a sitting is made of. Pure: plain values in, plain values out, the same for the same seed.

An assessment is drawn to the proportions of its blueprint: whole numbers near them by systematic sampling, and then
the choice of items that misses these numbers, and repeats what was seen lately, the least: a transportation problem,
from parts over difficulties and items to concepts, solved exactly. A viva's rounds are the match sets in which the
student is weakest.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

MISSED = 10.0
"""Cost of each slot that a concept or a difficulty has too many or too few."""
SEEN = 3.0
"""Cost of an item that was seen just now; it falls with the time since."""
TRIES = 8
"""Roundings of a blueprint's shares that are tried until all numbers are met."""
CHANCE = 1.0
"""Items that cost the same otherwise differ by chance, up to this."""


@dataclass(frozen=True)
class Candidate:
    """An item that may be drawn: its main concept, and `seen` in [0, 1], 1 for an item seen just now."""

    item: int
    kind: str
    concept: str
    difficulty: int
    seen: float = 0.0


@dataclass(frozen=True)
class Part:
    """A section to fill: `kinds` that it takes (none: all) or their weights; weights of difficulties (none: any)."""

    slots: int
    kinds: Sequence[str] | Mapping[str, float] = ()
    difficulty: Mapping[int, float] | None = None


class ShortError(ValueError):
    """The bank cannot fill a part: `part` is its place (None: all together), `cell` what is short, with how many are
    needed and there."""

    def __init__(self, part: int | None, cell: str, needed: int, there: int, what: str = "published") -> None:
        super().__init__(f"{cell}: {needed} needed, {there} {what}")
        self.part, self.cell, self.needed, self.there = part, cell, needed, there


def quotas(weights: Mapping[str, float], slots: int, rng: np.random.Generator) -> dict[str, int]:
    """Whole numbers that sum to `slots`, each its share rounded up or down, in expectation the share itself.

    Systematic sampling (Madow 1949) in random order: equidistant points with a random start on the stacked shares.
    """
    names = [name for name in sorted(weights) if weights[name] > 0]
    rng.shuffle(names)
    shares = np.array([weights[name] for name in names], dtype=float)
    ends = np.cumsum(shares / shares.sum() * slots)
    ends[-1] = slots
    points = rng.uniform() + np.arange(slots)
    counts = np.diff(np.searchsorted(points, ends, side="left"), prepend=0)
    return {name: int(count) for name, count in zip(names, counts, strict=True)}


def compose(
    candidates: Sequence[Candidate],
    parts: Sequence[Part],
    concepts: Mapping[str, float],
    seed: int,
    *,
    strict: bool = False,
) -> list[list[int]]:
    """The items of each part, easier ones first; no item twice.

    `concepts`: weights over all parts together; items of concepts without weight are not drawn, unless there are no
    weights at all. Where the bank cannot meet the numbers it comes as near as it can; with `strict`, and where items
    are too few altogether, it raises ShortError.
    """
    rng = np.random.default_rng(seed)
    usable = sorted(
        (one for one in candidates if not concepts or concepts.get(one.concept, 0) > 0), key=lambda one: one.item
    )
    if strict:
        _check(usable, parts, concepts)
    # Whole numbers that are right each may not fit together, where the bank is thin: then others are tried.
    best = _draw(usable, parts, concepts, rng)
    for _ in range(TRIES - 1):
        if not best.short:
            break
        best = min(best, _draw(usable, parts, concepts, rng), key=_missed)
    if strict and best.short:
        raise best.short[0]
    return [[one.item for one in sorted(chosen, key=lambda one: (one.difficulty, one.item))] for chosen in best.parts]


@dataclass(frozen=True)
class _Draw:
    """The items of each part, and which numbers of the blueprint they miss."""

    parts: list[list[Candidate]]
    short: list[ShortError]


def _missed(draw: _Draw) -> int:
    return sum(short.needed - short.there for short in draw.short)


def _draw(
    usable: Sequence[Candidate], parts: Sequence[Part], concepts: Mapping[str, float], rng: np.random.Generator
) -> _Draw:
    chance = rng.uniform(0, CHANCE, len(usable))
    slots = sum(part.slots for part in parts)
    wanted = quotas(concepts, slots, rng) if concepts else {}
    cells = [cell for at, part in enumerate(parts) for cell in _cells(at, part, usable, rng)]
    flow = _Flow()
    for at, cell in enumerate(cells):
        fitting = [place for place, one in enumerate(usable) if not cell.kinds or one.kind in cell.kinds]
        flow.edge("start", ("cell", at), cell.slots)
        for level in sorted({usable[place].difficulty for place in fitting}):
            quota = cell.levels.get(level, 0) if cell.levels else cell.slots
            flow.edge(("cell", at), ("level", at, level), quota)
            flow.edge(("cell", at), ("level", at, level), cell.slots, MISSED)
        for place in fitting:
            cost = SEEN * usable[place].seen + chance[place]
            flow.edge(("level", at, usable[place].difficulty), ("item", place), 1, cost)
    for place, one in enumerate(usable):
        flow.edge(("item", place), ("concept", one.concept), 1)
    for concept in sorted({one.concept for one in usable}):
        flow.edge(("concept", concept), "end", wanted.get(concept, 0) if concepts else slots)
        flow.edge(("concept", concept), "end", slots, MISSED)
    if flow.send(slots) < slots:
        raise ShortError(None, "items for all parts together", slots, len(usable))
    drawn: list[list[Candidate]] = [[] for _ in cells]
    for (_, at, _), (_, place), _ in flow.used("level", "item"):
        drawn[at].append(usable[place])
    of_parts = [
        [one for cell, chosen in zip(cells, drawn, strict=True) if cell.part == at for one in chosen]
        for at in range(len(parts))
    ]
    return _Draw(of_parts, list(_short(cells, drawn, wanted)))


@dataclass(frozen=True)
class _Cell:
    """Slots that are filled alike: a part, or one kind's share of it, with how many of each difficulty (none: any)."""

    part: int
    slots: int
    kinds: Sequence[str]
    levels: Mapping[int, int]


def _cells(at: int, part: Part, usable: Sequence[Candidate], rng: np.random.Generator) -> list[_Cell]:
    weights = {str(level): weight for level, weight in (part.difficulty or {}).items()}
    levels = {int(level): count for level, count in quotas(weights, part.slots, rng).items()} if weights else {}
    if not isinstance(part.kinds, Mapping):
        return [_Cell(at, part.slots, part.kinds, levels)]
    kinds = {kind: count for kind, count in quotas(part.kinds, part.slots, rng).items() if count}
    there = Counter((one.kind, one.difficulty) for one in usable)
    shares = _table(kinds, levels, there, rng) if levels else {}
    return [_Cell(at, count, (kind,), shares.get(kind, {})) for kind, count in sorted(kinds.items())]


def _table(
    kinds: Mapping[str, int], levels: Mapping[int, int], there: Mapping[tuple[str, int], int], rng: np.random.Generator
) -> dict[str, dict[int, int]]:
    """How many of each difficulty each kind gets: both sums are met, by items that are there as far as they go."""
    flow = _Flow()
    for kind, count in sorted(kinds.items()):
        flow.edge("start", ("kind", kind), count)
        for level in sorted(levels):
            flow.edge(("kind", kind), ("level", level), there.get((kind, level), 0), rng.uniform(0, CHANCE))
            flow.edge(("kind", kind), ("level", level), count, MISSED)
    for level, count in sorted(levels.items()):
        flow.edge(("level", level), "end", count)
    flow.send(sum(kinds.values()))
    found: dict[str, dict[int, int]] = {kind: dict.fromkeys(levels, 0) for kind in kinds}
    for (_, kind), (_, level), count in flow.used("kind", "level"):
        found[kind][level] += count
    return found


def _most(weights: Mapping[Any, float], slots: int) -> dict[Any, int]:
    """How many slots each may get in a draw: its share, rounded up."""
    total = sum(weights.values())
    return {name: math.ceil(slots * weight / total - 1e-9) for name, weight in weights.items() if weight > 0}


def _check(usable: Sequence[Candidate], parts: Sequence[Part], concepts: Mapping[str, float]) -> None:
    """That each part has items enough of its kinds and levels, and each concept in all parts together."""
    fitting: set[int] = set()
    for at, part in enumerate(parts):
        pool = [one for one in usable if not part.kinds or one.kind in part.kinds]
        fitting.update(one.item for one in pool)
        if isinstance(part.kinds, Mapping):
            _check_cells(at, _most(part.kinds, part.slots), Counter(one.kind for one in pool))
        if len(pool) < part.slots:
            what = " or ".join(part.kinds) or ("items of the weighted concepts" if concepts else "items")
            raise ShortError(at, what, part.slots, len(pool))
        levels = _most(part.difficulty or {}, part.slots)
        there = Counter(f"difficulty {one.difficulty}" for one in pool)
        _check_cells(at, {f"difficulty {level}": needed for level, needed in levels.items()}, there)
    asked = Counter(f"concept {one.concept}" for one in usable if one.item in fitting)
    slots = sum(part.slots for part in parts)
    _check_cells(None, {f"concept {name}": needed for name, needed in _most(concepts, slots).items()}, asked)


def _check_cells(part: int | None, needed: Mapping[str, int], there: Mapping[str, int]) -> None:
    for cell, count in needed.items():
        if there.get(cell, 0) < count:
            raise ShortError(part, cell, count, there.get(cell, 0))


def _short(
    cells: Sequence[_Cell], drawn: Sequence[Sequence[Candidate]], wanted: Mapping[str, int]
) -> Iterator[ShortError]:
    """The difficulties and concepts of which there are too few."""
    what = "left by the rest of the blueprint"
    for cell, chosen in zip(cells, drawn, strict=True):
        levels = Counter(one.difficulty for one in chosen)
        for level, count in cell.levels.items():
            if levels[level] < count:
                of = f" of {' or '.join(cell.kinds)}" if cell.kinds else ""
                yield ShortError(cell.part, f"difficulty {level}{of}", count, levels[level], what)
    concepts = Counter(one.concept for chosen in drawn for one in chosen)
    for concept, count in wanted.items():
        if concepts[concept] < count:
            yield ShortError(None, f"concept {concept}", count, concepts[concept], what)


class _Flow:
    """The cheapest flow from "start" to "end", by successive shortest paths with potentials (Edmonds and Karp 1972)."""

    def __init__(self) -> None:
        self.numbers: dict[Any, int] = {}
        self.out: list[list[int]] = []
        self.to: list[int] = []
        self.room: list[int] = []
        self.cost: list[float] = []

    def edge(self, source: Any, target: Any, room: int, cost: float = 0.0) -> None:
        """An edge for `room` units at `cost` (0 or more) each, and the way back."""
        a, b = (self._number(node) for node in (source, target))
        for start, end, units, price in ((a, b, room, cost), (b, a, 0, -cost)):
            self.out[start].append(len(self.to))
            self.to.append(end)
            self.room.append(units)
            self.cost.append(price)

    def _number(self, node: Any) -> int:
        if node not in self.numbers:
            self.numbers[node] = len(self.out)
            self.out.append([])
        return self.numbers[node]

    def send(self, units: int) -> int:
        """Send so many units, or as many as there is room for; how many."""
        start, end = self._number("start"), self._number("end")
        potential = [0.0] * len(self.out)
        for sent in range(units):
            distance, by = self._distances(start, potential)
            if distance[end] == math.inf:
                return sent
            potential = [before + min(there, distance[end]) for before, there in zip(potential, distance, strict=True)]
            node = end
            while node != start:
                edge = by[node]
                self.room[edge] -= 1
                self.room[edge ^ 1] += 1
                node = self.to[edge ^ 1]
        return units

    def _distances(self, start: int, potential: Sequence[float]) -> tuple[list[float], list[int]]:
        """Dijkstra, on costs that the potentials make 0 or more."""
        distance, by = [math.inf] * len(self.out), [-1] * len(self.out)
        distance[start] = 0.0
        heap = [(0.0, start)]
        while heap:
            there, node = heapq.heappop(heap)
            if there > distance[node]:
                continue
            for edge in self.out[node]:
                target = self.to[edge]
                further = there + max(self.cost[edge] + potential[node] - potential[target], 0.0)
                if self.room[edge] and further < distance[target] - 1e-12:
                    distance[target], by[target] = further, edge
                    heapq.heappush(heap, (further, target))
        return distance, by

    def used(self, source: str, target: str) -> Iterator[tuple[Any, Any, int]]:
        """The edges between nodes of these kinds that units went through, and how many."""
        nodes = list(self.numbers)
        for edge in range(0, len(self.to), 2):
            a, b = nodes[self.to[edge ^ 1]], nodes[self.to[edge]]
            if self.room[edge ^ 1] and a[0] == source and b[0] == target:
                yield a, b, self.room[edge ^ 1]


@dataclass(frozen=True)
class Pair:
    """A pair of a match set, as the student knows it: `recall` in [0, 1], and how often it was missed."""

    item: int
    facet: str
    concept: str
    difficulty: int
    recall: float
    missed: int = 0
    partners: tuple[str, ...] = ()
    """Facets whose right side was given for it."""


@dataclass(frozen=True)
class Round:
    """A round of a viva: its match set, and the pairs to ask, weakest first."""

    item: int
    facets: tuple[str, ...]


def rounds(pairs: Sequence[Pair], count: int, size: int, concepts: Mapping[str, float], seed: int) -> list[Round]:
    """`count` rounds (fewer where there are fewer match sets) of rising difficulty, of the weakest pairs.

    A pair's weakness is the chance that it is forgotten, more for each time it was missed; a set counts by its
    weakest pairs and the weight of its concept. With a weak pair comes the one that it was taken for.
    """
    rng = np.random.default_rng(seed)
    by_item: dict[int, list[Pair]] = {}
    for pair in sorted(pairs, key=lambda pair: (pair.item, pair.facet)):
        by_item.setdefault(pair.item, []).append(pair)
    ranked = []
    for item, own in by_item.items():
        noise = rng.uniform(0, 1e-3, len(own))
        order = sorted(range(len(own)), key=lambda at: -_weakness(own[at]) - noise[at])
        weakest = [own[at] for at in order]
        weight = concepts.get(weakest[0].concept, 0.0) if concepts else 1.0
        value = sum(_weakness(pair) for pair in weakest[:size]) * (0.25 + weight) + rng.uniform(0, 1e-3)
        ranked.append((value, weakest[0].difficulty, Round(item, _focus(weakest, size))))
    chosen = sorted(ranked, key=lambda entry: -entry[0])[:count]
    return [entry[2] for entry in sorted(chosen, key=lambda entry: (entry[1], -entry[0]))]


def _weakness(pair: Pair) -> float:
    return (1 - pair.recall) + 0.25 * min(pair.missed, 4)


def _focus(weakest: Sequence[Pair], size: int) -> tuple[str, ...]:
    there = {pair.facet for pair in weakest}
    named: dict[str, None] = {}
    for pair in weakest:
        for facet in (pair.facet, *(partner for partner in pair.partners if partner in there)):
            if len(named) < size:
                named.setdefault(facet)
    return tuple(named)
