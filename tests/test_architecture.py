"""The picture in docs/architecture.md, and how it is made."""

from __future__ import annotations

from itertools import pairwise

import pytest

from docs import draw_architecture as drawing


@pytest.mark.parametrize(
    ("arrows", "expected"),
    [
        ({"a": {"b"}, "b": set()}, {"a": {"b"}, "b": set()}),
        ({"a": {"b", "c"}, "b": {"c"}, "c": set()}, {"a": {"b"}, "b": {"c"}, "c": set()}),
        (
            {"a": {"b", "c", "d"}, "b": {"c"}, "c": {"d"}, "d": set()},
            {"a": {"b"}, "b": {"c"}, "c": {"d"}, "d": set()},
        ),
        (
            {"a": {"b", "c", "d"}, "b": {"d"}, "c": {"d"}, "d": set()},
            {"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()},
        ),
    ],
    ids=["one arrow", "a detour", "a long detour", "two detours"],
)
def test_arrows_that_follow_from_others_are_left_out(
    arrows: dict[str, set[str]], expected: dict[str, set[str]]
) -> None:
    assert drawing.reduced(arrows) == expected


def test_an_arrow_over_several_floors_has_a_place_on_each() -> None:
    layout = drawing.laid_out([["a"], ["b"], ["c"]], {"a": {"b", "c"}, "b": set(), "c": set()})
    assert [[node.name for node in row] for row in layout][2] == ["c"]
    assert sorted(node.name for node in layout[1]) == ["", "b"]


def test_rooms_of_one_floor_stand_apart() -> None:
    rows = drawing.floors()
    layout = drawing.laid_out(rows, drawing.reduced(drawing.imports({room for row in rows for room in row})))
    for row in layout:
        for left, right in pairwise(row):
            assert left.x + left.width / 2 < right.x - right.width / 2


def test_the_picture_shows_the_imports_of_today() -> None:
    assert drawing.PICTURE.read_text() == drawing.svg(), "`make architecture` draws it anew"
