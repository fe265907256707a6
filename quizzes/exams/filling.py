"""Parts are filled with items at the least cost, and filled anew where an item may not stay. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from quizzes.exams.min_cost_flow import MinCostFlow
from quizzes.exams.parts import Candidate, Part, fitting

MISS_COST = 10.0
"""Cost of each slot that a concept or a difficulty has too many or too few."""


@dataclass(frozen=True)
class Cell:
    """Slots that are filled alike: a part, or one kind's share of it, with how many of each difficulty (none: any)."""

    at: int
    part: Part
    levels: Mapping[int, int]


class Filling:
    """The items in the slots of cells, at the least cost; `missing` counts slots for which there is no item.

    A flow runs from the start over cells, their difficulties, items and concepts to the end.
    """

    def __init__(
        self,
        cells: Sequence[Cell],
        usable: Sequence[Candidate],
        costs: Sequence[float],
        concept_quotas: Mapping[str, int],
    ) -> None:
        self._cells, self._usable = cells, usable
        self._flow = MinCostFlow()
        self._ways: list[tuple[int, int, int]] = []
        """Cell, item and edge wherever an item can go."""
        self._last: dict[int, int] = {}
        """The edge that each item that can go anywhere has to pass."""
        slots = sum(cell.part.slots for cell in cells)
        self._lead_to_levels()
        self._lead_to_concepts(costs)
        for concept in sorted({candidate.concept for candidate in usable}):
            quota = concept_quotas.get(concept, 0) if concept_quotas else slots
            self._flow.add_edge(concept, "end", quota)
            self._flow.add_edge(concept, "end", slots - quota, MISS_COST)
        self.missing = slots - self._flow.send("start", "end", slots)

    def _lead_to_levels(self) -> None:
        levels = sorted({candidate.difficulty for candidate in self._usable})
        for at, cell in enumerate(self._cells):
            self._flow.add_edge("start", at, cell.part.slots)
            for level in levels:
                quota = cell.levels.get(level, 0) if cell.levels else cell.part.slots
                self._flow.add_edge(at, (at, level), quota)
                self._flow.add_edge(at, (at, level), cell.part.slots - quota, MISS_COST)

    def _lead_to_concepts(self, costs: Sequence[float]) -> None:
        parts = [cell.part for cell in self._cells]
        for place, (each, cells) in enumerate(zip(self._usable, fitting(parts, self._usable), strict=True)):
            if len(cells) == 1:
                (at,) = cells
                edge = self._flow.add_edge((at, each.difficulty), each.concept, 1, costs[place])
                self._ways.append((at, place, edge))
                self._last[place] = edge
            elif cells:
                item = ("item", place)
                for at in cells:
                    self._ways.append((at, place, self._flow.add_edge((at, each.difficulty), item, 1, costs[place])))
                self._last[place] = self._flow.add_edge(item, each.concept, 1)

    def chosen(self) -> set[int]:
        """Return the items that are in, by their places."""
        return {place for place, edge in self._last.items() if self._flow.flow(edge)}

    def bar(self, places: Collection[int]) -> None:
        """Keep items out: the slots of those that were in are filled anew, and others moved, at the least cost."""
        inside = self.chosen()
        for place in sorted(places, key=lambda place: (place in inside, place)):
            if place in self._last and not self._flow.close(self._last[place]):
                self.missing += 1

    def by_cell(self) -> list[list[Candidate]]:
        """Return the items in each cell."""
        filled: list[list[Candidate]] = [[] for _ in self._cells]
        for at, place, edge in self._ways:
            if self._flow.flow(edge):
                filled[at].append(self._usable[place])
        return filled
