"""What was given for what in one match set, as a matrix. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from questions.figures.charts import Grid


class Cell(NamedTuple):
    """A cell of the drawing by its corner; `state` is `right`, `wrong`, `missed` or empty."""

    x: int
    y: int
    state: str


class Label(NamedTuple):
    """A letter of a row or a number of a column, and the middle that it is written at."""

    x: int
    y: int
    text: str


class Confused(NamedTuple):
    """A row that was matched wrongly: its letter and text, the number and text given, and those that are right."""

    letter: str
    left: str
    given_number: int
    given: str
    right_number: int
    right: str


@dataclass(frozen=True)
class ConfusionMatrix:
    """What was given in a match set: a row for each left side, a column for each right side.

    Columns that belong to rows come first, in their order. `key` and `given` are columns by row; None is a row that
    was left open.
    """

    stem: str
    rows: Sequence[str]
    columns: Sequence[str]
    key: Sequence[int]
    given: Sequence[int | None]

    CELL: ClassVar[int] = 30
    """Width and height of a cell, in the units of the drawing."""
    CELLS: ClassVar[Grid] = Grid(CELL, CELL, CELL)
    """Beside the rows' letters and below the columns' numbers."""

    @property
    def width(self) -> int:
        """Of the drawing, with room for the rows' letters."""
        return self.CELLS.x(len(self.columns))

    @property
    def height(self) -> int:
        """Of the drawing, with room for the columns' numbers."""
        return self.CELLS.y(len(self.rows))

    @property
    def grid(self) -> list[Cell]:
        """Each cell, row by row."""
        return [
            Cell(self.CELLS.x(column), self.CELLS.y(row), self._state(row, column))
            for row in range(len(self.rows))
            for column in range(len(self.columns))
        ]

    def _state(self, row: int, column: int) -> str:
        if column == self.given[row]:
            return "right" if column == self.key[row] else "wrong"
        return "missed" if column == self.key[row] else ""

    @property
    def labels(self) -> list[Label]:
        """Letters of the rows, then numbers of the columns."""
        letters = [Label(15, self.CELLS.y(row) + 17, _letter(row)) for row in range(len(self.rows))]
        numbers = [Label(self.CELLS.x(column) + 13, 20, str(column + 1)) for column in range(len(self.columns))]
        return letters + numbers

    @property
    def confused(self) -> list[Confused]:
        """What was taken for what, in words."""
        return [
            Confused(_letter(at), row, given + 1, self.columns[given], key + 1, self.columns[key])
            for at, (row, given, key) in enumerate(zip(self.rows, self.given, self.key, strict=True))
            if given is not None and given != key
        ]


def _letter(row: int) -> str:
    return chr(ord("A") + row)


def build_matrix(
    stem: str, left: Mapping[str, str], right: Mapping[str, str], key: Mapping[str, str], matched: Mapping[str, str]
) -> ConfusionMatrix:
    """Build the matrix of an answer.

    `left` and `right` are the texts of both sides by their ids; `key` and `matched` are right ids by left id, as they
    belong and as they were matched.
    """
    belonging = list(dict.fromkeys(key[row] for row in left))
    order = [*belonging, *(column for column in right if column not in belonging)]
    places = {column: place for place, column in enumerate(order)}
    return ConfusionMatrix(
        stem=stem,
        rows=list(left.values()),
        columns=[right[column] for column in order],
        key=[places[key[row]] for row in left],
        given=[places.get(matched.get(row, "")) for row in left],
    )
