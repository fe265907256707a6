"""The drawing of a graph in layers."""

from __future__ import annotations

import re
from functools import partial
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.progress import concept_map
from quizzes.progress.drawings import Drawings
from tests.effort import thread_seconds

DIAMOND = (["a", "b", "c", "d"], [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("a", "d")])


def test_a_node_stands_one_layer_after_the_last_that_it_needs() -> None:
    assert concept_map.layers(*DIAMOND) == {"a": 0, "b": 1, "c": 1, "d": 2}


def test_an_edge_runs_from_side_to_side_and_past_the_layers_between() -> None:
    drawing = concept_map.draw(*DIAMOND)
    at = {node.name: node for node in drawing.nodes}
    (long,) = [edge for edge in drawing.edges if (edge.source, edge.target) == ("a", "d")]
    begin = re.match(r"M([\d.]+) ([\d.]+)", long.path)
    assert begin
    assert float(begin[1]) == at["a"].x + concept_map.WIDTH
    assert float(begin[2]) == pytest.approx(at["a"].y + concept_map.HEIGHT / 2, abs=0.1)
    assert long.path.endswith(f"{at['d'].x:.1f} {at['d'].y + concept_map.HEIGHT / 2:.1f}")
    (level,) = re.findall(r" ([\d.]+)H", long.path)
    for name in "bc":
        assert not at[name].y <= float(level) <= at[name].y + concept_map.HEIGHT


def test_crossings_are_taken_out() -> None:
    drawing = concept_map.draw(["a", "b", "x", "y"], [("a", "y"), ("b", "x")])
    height = {node.name: node.y for node in drawing.nodes}
    assert (height["a"] < height["b"]) == (height["y"] < height["x"])


def test_the_first_layer_begins_at_the_top_however_many_follow() -> None:
    names = ["a", "b", *"cdefghij"]
    nodes = {node.name: node for node in concept_map.draw(names, [("b", name) for name in names[2:]]).nodes}
    assert nodes["a"].y == concept_map.MARGIN
    assert nodes["b"].y == concept_map.MARGIN + concept_map.HEIGHT + concept_map.SPACING
    assert min(node.y for node in nodes.values()) == concept_map.MARGIN


def test_nothing_is_drawn_of_nothing() -> None:
    assert concept_map.draw([], []).nodes == ()


def test_a_circle_is_drawn_without_the_edges_that_run_backwards() -> None:
    names, edges = ["a", "b", "c", "d"], [("a", "b"), ("b", "c"), ("c", "b"), ("c", "d"), ("d", "d")]
    drawing = concept_map.draw(names, edges)
    assert [(edge.source, edge.target) for edge in drawing.edges] == [("a", "b"), ("b", "c"), ("c", "d")]
    assert [(node.name, node.layer) for node in drawing.nodes] == [("a", 0), ("b", 1), ("c", 2), ("d", 3)]


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda pair: pair[0] < pair[1]), unique=True))
def test_any_graph_fits_its_drawing_without_overlap(pairs: list[tuple[int, int]]) -> None:
    names = [str(number) for number in range(12)]
    edges = [(str(a), str(b)) for a, b in pairs]
    drawing = concept_map.draw(names, edges)
    assert concept_map.draw(names, edges) == drawing
    assert sorted(node.name for node in drawing.nodes) == sorted(names)
    at = {node.name: node for node in drawing.nodes}
    assert all(at[a].layer < at[b].layer for a, b in edges)
    for one in drawing.nodes:
        assert 0 <= one.x <= drawing.width - concept_map.WIDTH
        assert 0 <= one.y <= drawing.height - concept_map.HEIGHT
        for other in drawing.nodes:
            if other.layer == one.layer and other is not one:
                assert abs(other.y - one.y) >= concept_map.HEIGHT


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), unique=True, max_size=12))
@settings(max_examples=50)
def test_crossings_are_counted_as_pair_by_pair(ends: list[tuple[int, int]]) -> None:
    columns = [[concept_map.Place(layer, str(row)) for row in range(6)] for layer in range(2)]
    links = [(columns[0][a], columns[1][b]) for a, b in ends]
    crossed = sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(ends, 2))
    assert concept_map.crossings(columns, links) == crossed


def grid(rows: int) -> tuple[list[str], list[tuple[str, str]]]:
    """Four layers of `rows` names, each leading to three of the next."""
    names = [f"{layer}-{row}" for layer in range(4) for row in range(rows)]
    steps = [(layer, row, row * 7 + step) for layer in range(3) for row in range(rows) for step in range(3)]
    return names, [(f"{layer}-{row}", f"{layer + 1}-{to % rows}") for layer, row, to in steps]


def test_drawing_grows_with_the_edges_and_not_with_their_square() -> None:
    small, large = (thread_seconds(partial(concept_map.draw, *grid(rows))) for rows in (25, 200))
    assert large < 24 * small  # eight times the edges; 64 times, were each compared with each


def test_a_graph_is_drawn_once_and_few_bytes_are_kept() -> None:
    graphs = [grid(rows) for rows in (3, 4, 5)]
    drawings = Drawings(most_bytes=30_000)
    kept = [drawings.draw(*graph) for graph in graphs]
    assert drawings.draw(*graphs[-1]) is kept[-1]
    assert 0 < drawings.bytes <= drawings.most_bytes
    again = drawings.draw(*graphs[0])
    assert again == kept[0]
    assert again is not kept[0]


def test_a_map_that_is_too_large_to_keep_is_drawn_all_the_same() -> None:
    drawings = Drawings(most_bytes=100)
    assert drawings.draw(*DIAMOND) == concept_map.draw(*DIAMOND)
    assert drawings.bytes == 0
