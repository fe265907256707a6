"""Which items an assessment is made of. Pure: plain values in, plain values out, the same for the same seed.

An assessment is drawn to the proportions of its blueprint: whole numbers near them by systematic sampling, and then
the choice of items that misses these numbers, and repeats what was seen lately, the least. This is a transportation
problem, from parts over difficulties and items to concepts, and it is solved exactly, as a flow of least cost.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from quizzes.exams.blueprints import is_asked
from quizzes.exams.min_cost_flow import MinCostFlow

MISS_COST = 10.0
"""Cost of each slot that a concept or a difficulty has too many or too few."""
REPEAT_COST = 3.0
"""Cost of an item that was seen just now; it falls with the time since."""
MAX_CHANCE_COST = 1.0
"""Items that cost the same otherwise differ by chance, up to this."""
MAX_DRAWS = 8
"""Roundings of a blueprint's shares that are tried until all numbers are met."""

Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True)
class Candidate:
    """An item that may be drawn, by its main concept.

    `recency` in [0, 1] is 1 for an item that the student saw just now, and 0 for one never seen.
    """

    item: int
    kind: str
    concept: str
    difficulty: int
    recency: float = 0.0


@dataclass(frozen=True)
class Part:
    """A section to fill with `slots` items.

    `kinds` are those that may come, or their weights; `difficulty` has the weights of difficulties. Empty means any.
    """

    slots: int
    kinds: Sequence[str] | Mapping[str, float] = ()
    difficulty: Mapping[int, float] | None = None


class ShortageError(ValueError):
    """The bank cannot fill a part of the blueprint.

    `part` is the part's place (None: all parts together), `cell` names what is short: `needed` of it, `available`
    there.
    """

    def __init__(self, part: int | None, cell: str, needed: int, available: int, what: str = "published") -> None:
        super().__init__(f"{cell}: {needed} needed, {available} {what}")
        self.part, self.cell, self.needed, self.available = part, cell, needed, available


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
    """Choose the items of each part, easier ones first; no item twice.

    `concepts`: weights over all parts together; items of concepts without weight are not drawn, unless there are no
    weights at all. Where the bank cannot meet the numbers it comes as near as it can. Raises ShortageError where
    items are too few altogether, and with `strict` wherever a number is missed.
    """
    rng = np.random.default_rng(seed)
    usable = sorted(
        (candidate for candidate in candidates if is_asked(candidate.concept, concepts)),
        key=lambda candidate: candidate.item,
    )
    if strict:
        _check_supply(usable, parts, concepts)
    # Whole numbers that are right each may not fit together, where the bank is thin: then others are tried.
    best = _draw(usable, parts, concepts, rng)
    for _ in range(MAX_DRAWS - 1):
        if not best.shortages:
            break
        best = min(best, _draw(usable, parts, concepts, rng), key=lambda draw: draw.missed)
    if strict and best.shortages:
        raise best.shortages[0]
    return [
        [candidate.item for candidate in sorted(chosen, key=lambda each: (each.difficulty, each.item))]
        for chosen in best.parts
    ]


@dataclass(frozen=True)
class _Draw:
    """The items of each part, and which numbers of the blueprint they miss."""

    parts: list[list[Candidate]]
    shortages: list[ShortageError]

    @property
    def missed(self) -> int:
        return sum(shortage.needed - shortage.available for shortage in self.shortages)


@dataclass(frozen=True)
class _Cell:
    """Slots that are filled alike: a part, or one kind's share of it, with how many of each difficulty (none: any)."""

    part: int
    slots: int
    kinds: Sequence[str]
    levels: Mapping[int, int]


def _draw(
    usable: Sequence[Candidate], parts: Sequence[Part], concepts: Mapping[str, float], rng: np.random.Generator
) -> _Draw:
    """Round the blueprint's shares to whole numbers once, and fill them at the least cost."""
    chance = rng.uniform(0, MAX_CHANCE_COST, len(usable))
    slots = sum(part.slots for part in parts)
    concept_quotas = quotas(concepts, slots, rng) if concepts else {}
    cells = [cell for at, part in enumerate(parts) for cell in _cells(at, part, usable, rng)]
    filled = _fill(cells, usable, chance, concept_quotas, slots)
    by_part = [
        [candidate for cell, chosen in zip(cells, filled, strict=True) if cell.part == at for candidate in chosen]
        for at in range(len(parts))
    ]
    return _Draw(by_part, list(_shortages(cells, filled, concept_quotas)))


def _cells(at: int, part: Part, usable: Sequence[Candidate], rng: np.random.Generator) -> list[_Cell]:
    weights = {str(level): weight for level, weight in (part.difficulty or {}).items()}
    levels = {int(level): count for level, count in quotas(weights, part.slots, rng).items()} if weights else {}
    if not isinstance(part.kinds, Mapping):
        return [_Cell(at, part.slots, part.kinds, levels)]
    kinds = {kind: count for kind, count in quotas(part.kinds, part.slots, rng).items() if count}
    available = Counter((candidate.kind, candidate.difficulty) for candidate in usable)
    shares = _cross_table(kinds, levels, available, rng) if levels else {}
    return [_Cell(at, count, (kind,), shares.get(kind, {})) for kind, count in sorted(kinds.items())]


def _cross_table(
    kinds: Mapping[str, int],
    levels: Mapping[int, int],
    available: Mapping[tuple[str, int], int],
    rng: np.random.Generator,
) -> dict[str, dict[int, int]]:
    """How many of each difficulty each kind gets: both sums are met, by what is available as far as it goes."""
    flow = MinCostFlow()
    edges: list[tuple[str, int, int]] = []
    for kind, count in sorted(kinds.items()):
        flow.add_edge("start", ("kind", kind), count)
        for level in sorted(levels):
            nodes = ("kind", kind), ("level", level)
            chance = rng.uniform(0, MAX_CHANCE_COST)
            edges.append((kind, level, flow.add_edge(*nodes, available.get((kind, level), 0), chance)))
            edges.append((kind, level, flow.add_edge(*nodes, count, MISS_COST)))
    for level, count in sorted(levels.items()):
        flow.add_edge(("level", level), "end", count)
    flow.send("start", "end", sum(kinds.values()))
    table: dict[str, dict[int, int]] = {kind: dict.fromkeys(levels, 0) for kind in kinds}
    for kind, level, edge in edges:
        table[kind][level] += flow.flow(edge)
    return table


def _fill(
    cells: Sequence[_Cell],
    usable: Sequence[Candidate],
    chance: Sequence[float] | np.ndarray,
    concept_quotas: Mapping[str, int],
    slots: int,
) -> list[list[Candidate]]:
    """The items of each cell at the least cost. Raises ShortageError where there are too few for all `slots`."""
    flow = MinCostFlow()
    edges: list[tuple[int, int, int]] = []
    for at, cell in enumerate(cells):
        fitting = [place for place, each in enumerate(usable) if not cell.kinds or each.kind in cell.kinds]
        flow.add_edge("start", ("cell", at), cell.slots)
        for level in sorted({usable[place].difficulty for place in fitting}):
            quota = cell.levels.get(level, 0) if cell.levels else cell.slots
            flow.add_edge(("cell", at), ("level", at, level), quota)
            flow.add_edge(("cell", at), ("level", at, level), cell.slots, MISS_COST)
        for place in fitting:
            cost = REPEAT_COST * usable[place].recency + float(chance[place])
            edge = flow.add_edge(("level", at, usable[place].difficulty), ("item", place), 1, cost)
            edges.append((at, place, edge))
    for place, candidate in enumerate(usable):
        flow.add_edge(("item", place), ("concept", candidate.concept), 1)
    for concept in sorted({candidate.concept for candidate in usable}):
        flow.add_edge(("concept", concept), "end", concept_quotas.get(concept, 0) if concept_quotas else slots)
        flow.add_edge(("concept", concept), "end", slots, MISS_COST)
    if flow.send("start", "end", slots) < slots:
        raise ShortageError(None, "items for all parts together", slots, len(usable))
    filled: list[list[Candidate]] = [[] for _ in cells]
    for at, place, edge in edges:
        if flow.flow(edge):
            filled[at].append(usable[place])
    return filled


def _shortages(
    cells: Sequence[_Cell], filled: Sequence[Sequence[Candidate]], concept_quotas: Mapping[str, int]
) -> Iterator[ShortageError]:
    """The difficulties and concepts of which too few were drawn."""
    what = "left by the rest of the blueprint"
    for cell, chosen in zip(cells, filled, strict=True):
        levels = Counter(candidate.difficulty for candidate in chosen)
        for level, count in cell.levels.items():
            if levels[level] < count:
                of_kinds = f" of {' or '.join(cell.kinds)}" if cell.kinds else ""
                yield ShortageError(cell.part, f"difficulty {level}{of_kinds}", count, levels[level], what)
    concepts = Counter(candidate.concept for chosen in filled for candidate in chosen)
    for concept, count in concept_quotas.items():
        if concepts[concept] < count:
            yield ShortageError(None, f"concept {concept}", count, concepts[concept], what)


def _check_supply(usable: Sequence[Candidate], parts: Sequence[Part], concepts: Mapping[str, float]) -> None:
    """Raise ShortageError where a part or a concept has too few items.

    A part needs enough of its kinds and difficulties, a concept enough in all parts together.
    """
    fitting: set[int] = set()
    for at, part in enumerate(parts):
        pool = [candidate for candidate in usable if not part.kinds or candidate.kind in part.kinds]
        fitting.update(candidate.item for candidate in pool)
        if isinstance(part.kinds, Mapping):
            _check_cells(at, _most(part.kinds, part.slots), Counter(candidate.kind for candidate in pool))
        if len(pool) < part.slots:
            what = " or ".join(part.kinds) or ("items of the weighted concepts" if concepts else "items")
            raise ShortageError(at, what, part.slots, len(pool))
        levels = _most(part.difficulty or {}, part.slots)
        available = Counter(f"difficulty {candidate.difficulty}" for candidate in pool)
        _check_cells(at, {f"difficulty {level}": needed for level, needed in levels.items()}, available)
    by_concept = Counter(f"concept {candidate.concept}" for candidate in usable if candidate.item in fitting)
    needed = _most(concepts, sum(part.slots for part in parts))
    _check_cells(None, {f"concept {concept}": count for concept, count in needed.items()}, by_concept)


def _most(weights: Mapping[Name, float], slots: int) -> dict[Name, int]:
    """The most slots that each may get in a draw: its share, rounded up."""
    total = sum(weights.values())
    return {name: math.ceil(slots * weight / total - 1e-9) for name, weight in weights.items() if weight > 0}


def _check_cells(part: int | None, needed: Mapping[str, int], available: Mapping[str, int]) -> None:
    for cell, count in needed.items():
        if available.get(cell, 0) < count:
            raise ShortageError(part, cell, count, available.get(cell, 0))
