"""The cheapest flow through a network. Pure."""

from __future__ import annotations

import heapq
import math
from collections.abc import Hashable


class MinCostFlow:
    """A network of edges with capacities and costs, through which units are sent as cheaply as possible.

    Successive shortest paths with node potentials (Edmonds and Karp 1972). Nodes are any hashable values; they come
    into being with their first edge; all edges come before the first unit. The same edges in the same order give the
    same flow.
    """

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._out: list[list[int]] = []
        # An edge has an even number; the next one is its way back.
        self._target: list[int] = []
        self._capacity: list[int] = []
        self._cost: list[float] = []
        self._potential: list[float] = []

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
        for sent in range(units):
            if not self._send_unit(start, end):
                return sent
        return units

    def close(self, edge: int) -> bool:
        """Let nothing through an edge of capacity 1; returns whether its unit, if it had one, found another way.

        What is sent then costs the least without the edge: only the ends of the edge have a unit too many or too few.
        """
        start, end, units = self._target[edge ^ 1], self._target[edge], self.flow(edge)
        self._capacity[edge] = self._capacity[edge ^ 1] = 0
        return not units or self._send_unit(start, end)

    def _send_unit(self, start: int, end: int) -> bool:
        distance, reached_by = self._distances(start, end)
        if distance[end] == math.inf:
            return False
        self._potential = [
            before + min(far, distance[end]) for before, far in zip(self._potential, distance, strict=True)
        ]
        node = end
        while node != start:
            edge = reached_by[node]
            self._capacity[edge] -= 1
            self._capacity[edge ^ 1] += 1
            node = self._target[edge ^ 1]
        return True

    def flow(self, edge: int) -> int:
        """The units that were sent through an edge."""
        return self._capacity[edge ^ 1]

    def _number(self, node: Hashable) -> int:
        if node not in self._numbers:
            self._numbers[node] = len(self._out)
            self._out.append([])
            self._potential.append(0.0)
        return self._numbers[node]

    def _distances(self, start: int, end: int) -> tuple[list[float], list[int]]:
        """Dijkstra from `start`, on costs that the potentials make 0 or more: distances, and the edge to each node.

        Nodes that are as far as `end`, or farther, are left at some distance that is: which one nobody asks.
        """
        potential = self._potential
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
