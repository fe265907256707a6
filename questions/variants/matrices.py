"""Matrices and vectors as people type or paste them: from NumPy, MATLAB, LaTeX, a spreadsheet.

Read are `[[1, 2], [3, 4]]`, `np.array([[1, 2], [3, 4]])`, what NumPy prints (`[[1 2] [3 4]]`), `1 2; 3 4`, rows on
lines of their own, and `\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from questions.variants.lists import (
    check_brackets,
    latex,
    plain_signs,
    read_entry,
    split,
    without_brackets,
)
from questions.variants.numbers import NumberError

MAX_SIDE = 12
EXAMPLE = "Write rows in brackets, [[1, 2], [3, 4]], or with semicolons between: 1 2; 3 4."

_ENVIRONMENT = re.compile(
    r"\\begin\{([a-zA-Z]{0,6}(?:matrix|array)\*?)\}(?:\{[lcr|]{1,30}\})?(.*)\\end\{\1\}", re.DOTALL
)
_CALL = re.compile(r"(?:[a-zA-Z]{1,10}\.)?(?:array|matrix|Matrix|tensor|asarray|mat)\s?\((.*)\)", re.DOTALL)
_NAMED = re.compile(r"^[a-zA-Z]{1,3}\s?=\s?")
_KEYWORD = re.compile(r",\s?(?:dtype|device)\s?=\s?[\w.']{1,20}$")
_TIGHT = re.compile(r"\d,\d")
_AFTER_BRACKET = re.compile(r"[\])}]\s?[,;]?\s?")


@dataclass(frozen=True)
class Matrix:
    """Rows of numbers, as many in each; `is_flat` where it was written as a vector, neither row nor column."""

    rows: tuple[tuple[Fraction, ...], ...]
    is_flat: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns it has."""
        return len(self.rows), len(self.rows[0])

    @property
    def is_vector(self) -> bool:
        """Whether it has a single row or column."""
        return 1 in self.shape

    @property
    def entries(self) -> tuple[Fraction, ...]:
        """All numbers, row by row."""
        return tuple(value for row in self.rows for value in row)

    def transposed(self) -> Matrix:
        """The rows as columns."""
        return Matrix(tuple(zip(*self.rows, strict=True)))

    @property
    def text(self) -> str:
        """The matrix as text that reads as the same."""
        rows = [", ".join(map(str, row)) for row in self.rows]
        return f"[{rows[0]}]" if self.is_flat else f"[{', '.join(f'[{row}]' for row in rows)}]"

    @property
    def latex(self) -> str:
        """The matrix in LaTeX; a vector that is neither row nor column in parentheses, with commas."""
        if self.is_flat:
            inner = ",\\ ".join(map(latex, self.entries))
            return rf"\left({inner}\right)"
        rows = r" \\ ".join(" & ".join(map(latex, row)) for row in self.rows)
        return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"


def read_matrix(text: str) -> Matrix:
    """The matrix that a text stands for. Raises NumberError."""
    plain = _NAMED.sub("", plain_signs(text))
    if call := _CALL.fullmatch(plain):
        plain = _KEYWORD.sub("", call[1].strip()).strip()
    inner, bracket = without_brackets(plain)
    if environment := _ENVIRONMENT.fullmatch(inner):
        lines = [line for line in environment[2].replace("\\hline", "").split("\\\\") if line.strip()]
        return _matrix([line.split("&") for line in lines])
    check_brackets(plain)
    if bracket and (groups := _groups(inner)):
        return _matrix([_cells(group, is_bracketed=True) for group in groups])
    lines = [line for line in re.split(r"[;\n]", inner) if line.strip()]
    if ";" in inner and any(map(_TIGHT.search, lines)):
        raise NumberError(f"“{plain}” has two readings: write decimals with a point, and rows in brackets. {EXAMPLE}")
    rows = [_cells(line.strip().rstrip(","), is_bracketed=bool(bracket) or len(lines) > 1) for line in lines]
    return _matrix(rows, is_flat=len(rows) == 1)


def _groups(inner: str) -> list[str]:
    """The rows of what stands in brackets, where each has brackets of its own; none where they have not."""
    groups: list[str] = []
    rest = inner.strip()
    while rest:
        end = _end_of_group(rest)
        if not end:
            return []
        groups.append(rest[1 : end - 1])
        after = _AFTER_BRACKET.match(rest, end - 1)
        rest = rest[after.end() if after else end :]
    return groups if all(map(_is_row, groups)) or inner.lstrip()[0] in "[{" else []


def _end_of_group(text: str) -> int:
    """Where the brackets that a text begins with end; 0 where it begins with none."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char in "[({") - (char in "])}")
        if depth == 0:
            return at + 1 if at else 0
    return 0


def _is_row(group: str) -> bool:
    return any(separator in group for separator in ",; ")


def _cells(line: str, *, is_bracketed: bool) -> list[str]:
    return split(" ".join(line.split()), is_bracketed=is_bracketed)


def _matrix(rows: list[list[str]], *, is_flat: bool = False) -> Matrix:
    """A matrix of cells. Raises NumberError, also for rows that are not equally long."""
    lengths = [len(row) for row in rows]
    if not rows or max(lengths) > MAX_SIDE or len(rows) > MAX_SIDE:
        raise NumberError(f"Write 1 to {MAX_SIDE} rows of at most {MAX_SIDE} numbers. {EXAMPLE}")
    if len(set(lengths)) > 1:
        at = next(at for at, length in enumerate(lengths) if length != lengths[0])
        raise NumberError(f"Row {at + 1} has {lengths[at]} numbers, and row 1 has {lengths[0]}.")
    return Matrix(tuple(tuple(map(read_entry, row)) for row in rows), is_flat)
