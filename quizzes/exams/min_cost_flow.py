"""The cheapest flow through a network. Pure."""

from __future__ import annotations

import heapq
import math
from collections.abc import Hashable, Sequence


class MinCostFlow:
    """A network of edges with capacities and costs, through which units are sent as cheaply as possible.

    Successive shortest paths with node potentials (Edmonds and Karp 1972). Nodes are any hashable values; they come
    into being with their first edge. The same edges in the same order give the same flow.
    """

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._out: list[list[int]] = []
        # An edge has an even number; the next one is its way back.
        self._target: list[int] = []
        self._capacity: list[int] = []
        self._cost: list[float] = []

    def add_edge(self, source: Hashable, target: Hashable, capacity: int, cost: float = 0.0) -> int:
        """Add an edge for `capacity` units at `cost` (0 or more) each; returns the number by which `flow` knows it."""
        number = len(self._target)
        a, b = self._number(source), self._number(target)
        for start, end, units, price in ((a, b, capacity, cost), (b, a, 0, -cost)):
            self._out[start].append(len(self._target))
            self._target.append(end)
            self._capacity.append(units)
            self._cost.append(price)
        return number

    def send(self, source: Hashable, target: Hashable, units: int) -> int:
        """Send `units` from `source` to `target`, or as many as there is capacity for; returns how many."""
        start, end = self._number(source), self._number(target)
        potential = [0.0] * len(self._out)
        for sent in range(units):
            distance, reached_by = self._distances(start, end, potential)
            if distance[end] == math.inf:
                return sent
            potential = [before + min(far, distance[end]) for before, far in zip(potential, distance, strict=True)]
            node = end
            while node != start:
                edge = reached_by[node]
                self._capacity[edge] -= 1
                self._capacity[edge ^ 1] += 1
                node = self._target[edge ^ 1]
        return units

    def flow(self, edge: int) -> int:
        """The units that were sent through an edge."""
        return self._capacity[edge ^ 1]

    def _number(self, node: Hashable) -> int:
        if node not in self._numbers:
            self._numbers[node] = len(self._out)
            self._out.append([])
        return self._numbers[node]

    def _distances(self, start: int, end: int, potential: Sequence[float]) -> tuple[list[float], list[int]]:
        """Dijkstra from `start`, on costs that the potentials make 0 or more: distances, and the edge to each node.

        Nodes that are as far as `end`, or farther, are left at some distance that is: which one nobody asks.
        """
        distance, reached_by = [math.inf] * len(self._out), [-1] * len(self._out)
        distance[start] = 0.0
        heap = [(0.0, start)]
        while heap:
            far, node = heapq.heappop(heap)
            if node == end:
                break
            if far > distance[node]:
                continue
            for edge in self._out[node]:
                if not self._capacity[edge]:
                    continue
                target = self._target[edge]
                further = far + max(self._cost[edge] + potential[node] - potential[target], 0.0)
                if further < distance[target] - 1e-12:
                    distance[target], reached_by[target] = further, edge
                    if further < distance[end] or target == end:
                        heapq.heappush(heap, (further, target))
        return distance, reached_by
