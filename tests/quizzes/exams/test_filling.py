"""Parts are filled at the least cost, and so they are where an item may not stay."""

from __future__ import annotations

import random

import pytest

from quizzes.exams.filling import MISS_COST, Cell, Filling
from quizzes.exams.parts import Candidate, Part

KINDS = ("numeric", "single_choice", "ordering")


def cost(filling: Filling, cells: list[Cell], costs: dict[int, float], quotas: dict[str, int]) -> float:
    """What a filling costs by itself: its items, and each slot that a difficulty or a concept has too many."""
    filled = filling.by_cell()
    assert [len(in_cell) for in_cell in filled] == [cell.part.slots for cell in cells]
    chosen = [candidate for in_cell in filled for candidate in in_cell]
    assert len({candidate.item for candidate in chosen}) == len(chosen)
    misses = sum(
        max(0, sum(candidate.difficulty == level for candidate in in_cell) - cell.levels.get(level, 0))
        for cell, in_cell in zip(cells, filled, strict=True)
        if cell.levels
        for level in range(1, 4)
    )
    misses += sum(
        max(0, sum(candidate.concept == concept for candidate in chosen) - quotas.get(concept, 0)) for concept in "abc"
    )
    return sum(costs[candidate.item] for candidate in chosen) + MISS_COST * misses


@pytest.mark.parametrize("seed", range(8))
def test_what_is_filled_anew_costs_what_it_costs_without_those_that_may_not_stay(seed: int) -> None:
    chance = random.Random(seed)
    usable = [
        Candidate(item, KINDS[item % 3], chance.choice("abc"), chance.choice((1, 1, 2, 2, 3))) for item in range(30)
    ]
    costs = {candidate.item: chance.random() for candidate in usable}
    # Items of one kind fit two cells.
    cells = [
        Cell(0, Part(4, ("numeric",)), {1: 2, 2: 1, 3: 1}),
        Cell(1, Part(3, ("numeric", "single_choice")), {2: 3}),
        Cell(1, Part(2, ("ordering",)), {}),
    ]
    quotas = {"a": 3, "b": 4, "c": 2}
    filling = Filling(cells, usable, [costs[candidate.item] for candidate in usable], quotas)
    barred: set[int] = set()
    for _ in range(3):
        dropped = {*chance.sample(sorted(filling.chosen()), 2), chance.randrange(30)}
        filling.bar(dropped)
        barred |= dropped
        assert not filling.chosen() & barred
        left = [candidate for candidate in usable if candidate.item not in barred]
        fresh = Filling(cells, left, [costs[candidate.item] for candidate in left], quotas)
        assert filling.missing == fresh.missing
        if filling.missing:
            break
        assert cost(filling, cells, costs, quotas) == pytest.approx(cost(fresh, cells, costs, quotas))
