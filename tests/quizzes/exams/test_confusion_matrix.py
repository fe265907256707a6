"""The matrix of what was given for what."""

from __future__ import annotations

import pytest

from quizzes.exams.confusion_matrix import Confused, ConfusionMatrix, build_matrix

LEFT = {"a": "L1", "b": "L2", "c": "Lasso"}
RIGHT = {"x": "more data", "2": "small weights", "1": "zeros"}
KEY = {"a": "1", "b": "2", "c": "1"}


def matrix(**matched: str) -> ConfusionMatrix:
    return build_matrix("Match.", LEFT, RIGHT, KEY, matched)


def test_columns_that_belong_to_rows_come_first_and_once() -> None:
    assert list(matrix().columns) == ["zeros", "small weights", "more data"]
    assert list(matrix().rows) == ["L1", "L2", "Lasso"]
    assert list(matrix().key) == [0, 1, 0]


@pytest.mark.parametrize(
    ("matched", "states"),
    [
        ({"a": "1", "b": "2", "c": "1"}, ["right", "", "", "", "right", "", "right", "", ""]),
        ({}, ["missed", "", "", "", "missed", "", "missed", "", ""]),
        ({"a": "2", "b": "x"}, ["missed", "wrong", "", "", "missed", "wrong", "missed", "", ""]),
        ({"a": "unknown"}, ["missed", "", "", "", "missed", "", "missed", "", ""]),
    ],
)
def test_each_cell_says_how_it_was_matched(matched: dict[str, str], states: list[str]) -> None:
    assert [cell.state for cell in matrix(**matched).grid] == states


def test_what_was_confused_is_told_in_words() -> None:
    assert matrix(a="2", b="2", c="x").confused == [
        Confused("A", "L1", 2, "small weights", 1, "zeros"),
        Confused("C", "Lasso", 3, "more data", 1, "zeros"),
    ]
    assert matrix(a="1").confused == []


def test_the_drawing_has_room_for_letters_and_numbers() -> None:
    drawn = matrix()
    assert (drawn.width, drawn.height) == (120, 120)
    assert [label.text for label in drawn.labels] == ["A", "B", "C", "1", "2", "3"]
    assert (drawn.grid[0].x, drawn.grid[0].y) == (30, 30)
    assert (drawn.grid[-1].x, drawn.grid[-1].y) == (90, 90)
