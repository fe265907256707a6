"""The drawing of a graph in layers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.progress import concept_map

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
