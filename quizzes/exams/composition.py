"""Which items an assessment is made of. Pure: plain values in, plain values out, the same for the same seed.

An assessment is drawn to the proportions of its blueprint: whole numbers near them by systematic sampling, and then
the choice of items that misses these numbers, and repeats what was seen lately, the least. This is a transportation
problem, from parts over difficulties and items to concepts, and it is solved exactly, as a flow of least cost. Where
answers tell how hard items are, some are then exchanged for others that meet the same numbers (`balancing`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from quizzes.exams.apart import NOTHING, Apart
from quizzes.exams.balancing import balance
from quizzes.exams.blueprints import is_asked
from quizzes.exams.filling import MISS_COST, Cell, Filling
from quizzes.exams.min_cost_flow import MinCostFlow
from quizzes.exams.parts import Candidate, Part, ShortageError, fitting
from quizzes.exams.supply import list_supply, taken

REPEAT_COST = 3.0
"""Cost of an item that was seen just now; it falls with the time since."""
MAX_CHANCE_COST = 1.0
"""Items that cost the same otherwise differ by chance, up to this."""
LEFT = "left by the rest of the blueprint"
LEFT_BY_ENEMIES = f"{LEFT}, of enemies, and of items of one idea"
"""What a bank that is too thin is said to have."""
MAX_DRAWS = 8
"""Roundings of a blueprint's shares that are tried until all numbers are met."""


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
    apart: Apart = NOTHING,
    strict: bool = False,
) -> list[list[int]]:
    """Choose the items of each part, easier ones first; no item twice.

    `concepts`: weights over all parts together; items of concepts without weight are not drawn, unless there are no
    weights at all. Where the bank cannot meet the numbers it comes as near as it can; what is to be kept `apart` never
    comes together. Raises ShortageError where items are too few altogether, and with `strict` wherever a number
    is missed.
    """
    rng = np.random.default_rng(seed)
    usable = sorted(
        (
            candidate
            for candidate, takers in zip(candidates, fitting(parts, candidates), strict=True)
            if takers and is_asked(candidate.concept, concepts)
        ),
        key=lambda candidate: candidate.item,
    )
    if strict:
        for supply in list_supply(usable, parts, concepts):
            if supply.is_short:
                raise ShortageError(supply.part, supply.cell, supply.needed, supply.available)
    best = _draw_best(usable, parts, concepts, apart, rng)
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


def _draw_best(
    usable: Sequence[Candidate],
    parts: Sequence[Part],
    concepts: Mapping[str, float],
    apart: Apart,
    rng: np.random.Generator,
) -> _Draw:
    """Draw until all numbers are met, or else keep the draw that misses the least. Raises ShortageError.

    Whole numbers that are right each may not fit together, and of enemies the wrong ones may be left out, where the
    bank is thin: then others are tried.
    """
    best: _Draw | None = None
    short: ShortageError | None = None
    supplies = [Counter((each.kind, each.difficulty) for each in taken(part, usable)) for part in parts]
    for _ in range(MAX_DRAWS):
        try:
            draw = _draw(usable, parts, supplies, concepts, apart, rng)
        except ShortageError as shortage:
            short = shortage
            continue
        best = draw if best is None else min(best, draw, key=lambda each: each.missed)
        if not best.shortages:
            break
    if best is None:
        assert short
        raise short
    return best


def _draw(
    usable: Sequence[Candidate],
    parts: Sequence[Part],
    supplies: Sequence[Mapping[tuple[str, int], int]],
    concepts: Mapping[str, float],
    apart: Apart,
    rng: np.random.Generator,
) -> _Draw:
    """Round the blueprint's shares to whole numbers once, and fill them at the least cost."""
    costs = rng.uniform(0, MAX_CHANCE_COST, len(usable))
    costs += REPEAT_COST * np.array([candidate.recency for candidate in usable])
    slots = sum(part.slots for part in parts)
    concept_quotas = quotas(concepts, slots, rng) if concepts else {}
    cells = [cell for at, part in enumerate(parts) for cell in _cells(at, part, supplies[at], rng)]
    filling = Filling(cells, usable, costs.tolist(), concept_quotas)
    left = _part_enemies(filling, usable, costs.tolist(), apart)
    if filling.missing:
        counted = (len(usable), "published") if left == LEFT else (slots - filling.missing, left)
        raise ShortageError(None, "items for all parts together", slots, *counted)
    filled = balance(cells, usable, filling.by_cell(), apart, by_concept=bool(concepts))
    by_part = [
        [candidate for cell, in_cell in zip(cells, filled, strict=True) if cell.at == at for candidate in in_cell]
        for at in range(len(parts))
    ]
    return _Draw(by_part, list(_shortages(cells, filled, concept_quotas, left)))


def _part_enemies(filling: Filling, usable: Sequence[Candidate], costs: Sequence[float], apart: Apart) -> str:
    """Fill the slots of items that are to be kept apart from others anew, until all are; returns what left the rest.

    It stays whose kind and difficulty the bank has fewer of, since others find another item sooner; then the cheaper.
    """
    left = LEFT
    alike = Counter((each.kind, each.difficulty) for each in usable)

    def rank(at: int) -> tuple[int, float]:
        return alike[usable[at].kind, usable[at].difficulty], costs[at]

    while not filling.missing:
        asked = [usable[at].item for at in sorted(filling.chosen(), key=rank)]
        friends = [*apart.select(asked)]
        if len(friends) == len(asked):
            break
        left = LEFT_BY_ENEMIES
        rivals = apart.rivals(friends, (candidate.item for candidate in usable))
        filling.bar([at for at, candidate in enumerate(usable) if candidate.item in rivals])
    return left


def _cells(at: int, part: Part, available: Mapping[tuple[str, int], int], rng: np.random.Generator) -> list[Cell]:
    """Part a part by kinds, of each of which and of each difficulty so many are `available`."""
    weights = {str(level): weight for level, weight in (part.difficulty or {}).items()}
    levels = {int(level): count for level, count in quotas(weights, part.slots, rng).items()} if weights else {}
    if not isinstance(part.kinds, Mapping):
        return [Cell(at, part, levels)]
    kinds = {kind: count for kind, count in quotas(part.kinds, part.slots, rng).items() if count}
    shares = _cross_table(kinds, levels, available, rng) if levels else {}
    return [
        Cell(at, replace(part, slots=count, kinds=(kind,)), shares.get(kind, {}))
        for kind, count in sorted(kinds.items())
    ]


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


def _shortages(
    cells: Sequence[Cell], filled: Sequence[Sequence[Candidate]], concept_quotas: Mapping[str, int], left: str
) -> Iterator[ShortageError]:
    """The difficulties and concepts of which too few were drawn; `left` says what left so few."""
    for cell, chosen in zip(cells, filled, strict=True):
        levels = Counter(candidate.difficulty for candidate in chosen)
        for level, count in cell.levels.items():
            if levels[level] < count:
                of_kinds = f" of {' or '.join(cell.part.kinds)}" if cell.part.kinds else ""
                yield ShortageError(cell.at, f"difficulty {level}{of_kinds}", count, levels[level], left)
    concepts = Counter(candidate.concept for chosen in filled for candidate in chosen)
    for concept, count in concept_quotas.items():
        if concepts[concept] < count:
            yield ShortageError(None, f"concept {concept}", count, concepts[concept], left)
