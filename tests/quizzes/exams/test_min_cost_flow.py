"""The cheapest flow through a network."""

from __future__ import annotations

import heapq
import itertools
import random
from unittest.mock import patch

import pytest

from quizzes.exams.min_cost_flow import MinCostFlow


def test_the_cheaper_way_is_taken_first_and_no_more_than_there_is_room() -> None:
    network = MinCostFlow()
    dear = network.add_edge("start", "end", 2, 5.0)
    cheap = network.add_edge("start", "end", 1, 1.0)
    assert network.send("start", "end", 2) == 2
    assert (network.flow(cheap), network.flow(dear)) == (1, 1)
    assert network.send("start", "end", 5) == 1
    assert network.flow(dear) == 2


def test_without_a_way_nothing_is_sent() -> None:
    network = MinCostFlow()
    network.add_edge("start", "somewhere", 3)
    assert network.send("start", "end", 1) == 0


def test_an_early_choice_is_taken_back_where_that_is_cheaper_in_all() -> None:
    network = MinCostFlow()
    network.add_edge("start", "a", 1)
    network.add_edge("start", "b", 1)
    a_to_x, a_to_y = network.add_edge("a", "x", 1, 1.0), network.add_edge("a", "y", 1, 2.0)
    b_to_x = network.add_edge("b", "x", 1, 1.0)
    for middle in ("x", "y"):
        network.add_edge(middle, "end", 1)
    assert network.send("start", "end", 2) == 2
    assert [network.flow(edge) for edge in (a_to_x, a_to_y, b_to_x)] == [0, 1, 1]


def test_the_search_goes_no_farther_than_the_end() -> None:
    network = MinCostFlow()
    network.add_edge("start", "end", 1, 1.0)
    for place in range(100):
        network.add_edge("start", ("far", place), 1, 2.0)
        network.add_edge(("far", place), "end", 1, place)
    with patch("quizzes.exams.min_cost_flow.heapq.heappop", side_effect=heapq.heappop) as looked_at:
        network.send("start", "end", 1)
    assert looked_at.call_count == 2


def assign(costs: list[list[int]]) -> tuple[MinCostFlow, dict[tuple[int, int], int]]:
    """A network from workers to jobs, through which nothing is sent yet, and its edges."""
    network = MinCostFlow()
    edges = {}
    for place in range(len(costs)):
        network.add_edge("start", ("worker", place), 1)
        network.add_edge(("job", place), "end", 1)
    for worker, job in itertools.product(range(len(costs)), repeat=2):
        edges[worker, job] = network.add_edge(("worker", worker), ("job", job), 1, costs[worker][job])
    return network, edges


@pytest.mark.parametrize("seed", range(10))
def test_an_assignment_costs_what_trying_all_of_them_finds(seed: int) -> None:
    chance = random.Random(seed)
    costs = [[chance.randint(0, 9) for _ in range(5)] for _ in range(5)]
    network, edges = assign(costs)
    assert network.send("start", "end", 5) == 5
    while True:  # and so it does without one edge, two edges …
        taken = [way for way, edge in edges.items() if network.flow(edge)]
        jobs = [jobs for jobs in itertools.permutations(range(5)) if {*enumerate(jobs)} <= edges.keys()]
        if len(taken) < 5:
            assert not jobs
            break
        assert sum(costs[worker][job] for worker, job in taken) == min(
            sum(costs[worker][job] for worker, job in enumerate(each)) for each in jobs
        )
        closed = chance.choice(taken if chance.random() < 0.7 else [*edges])
        network.close(edges.pop(closed))
