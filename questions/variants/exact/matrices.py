"""Matrices for the gate, as tuples of rows: elimination by fractions, and products entry by entry."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias

from questions.variants.exact.lists import dot, total
from questions.variants.exact.numbers import Scalar, UndefinedError, Vector, compare, divide, minus, plus, root, times

Matrix: TypeAlias = tuple[Vector, ...]
ZERO, ONE = Fraction(0), Fraction(1)


def transpose(matrix: Matrix) -> Matrix:
    """Rows as columns."""
    return tuple(zip(*matrix, strict=True))


def multiply(a: Matrix, b: Matrix) -> Matrix:
    """Each row with each column."""
    return tuple(tuple(dot(row, column) for column in transpose(b)) for row in a)


def trace(matrix: Matrix) -> Scalar:
    """The sum along the diagonal."""
    return total(tuple(row[at] for at, row in enumerate(matrix)))


def _eliminate(rows: list[Vector], size: int) -> Scalar:
    """Bring the first columns to those of the unit matrix, in place; what the determinant was. 0 ends it early."""
    determinant: Scalar = ONE
    for k in range(size):
        at = next((i for i in range(k, size) if compare(rows[i][k], ZERO)), None)
        if at is None:
            return ZERO
        if at != k:
            rows[k], rows[at], determinant = rows[at], rows[k], -determinant
        pivot = rows[k][k]
        determinant = times(determinant, pivot)
        rows[k] = tuple(divide(x, pivot) for x in rows[k])
        for i in range(size):
            if i != k and rows[i][k]:
                factor = rows[i][k]
                rows[i] = tuple(minus(x, times(factor, y)) for x, y in zip(rows[i], rows[k], strict=True))
    return determinant


def rank(matrix: Matrix) -> Scalar:
    """How many rows do not follow from others."""
    rows, found = list(matrix), 0
    for column in range(len(matrix[0])):
        at = next((i for i in range(found, len(rows)) if compare(rows[i][column], ZERO)), None)
        if at is None:
            continue
        rows[found], rows[at] = rows[at], rows[found]
        head = rows[found]
        for i in range(found + 1, len(rows)):
            factor = divide(rows[i][column], head[column])
            rows[i] = tuple(minus(x, times(factor, y)) for x, y in zip(rows[i], head, strict=True))
        found += 1
    return Fraction(found)


def determinant(matrix: Matrix) -> Scalar:
    """The product of the pivots."""
    return _eliminate(list(matrix), len(matrix))


def inverse(matrix: Matrix) -> Matrix:
    """What the unit matrix becomes beside it. Raises UndefinedError."""
    n = len(matrix)
    unit = [tuple(Fraction(i == j) for j in range(n)) for i in range(n)]
    return _beside(matrix, unit)


def solve(matrix: Matrix, right: Vector) -> Vector:
    """The x of A x = b. Raises UndefinedError."""
    return transpose(_beside(matrix, [(x,) for x in right]))[0]


def _beside(matrix: Matrix, columns: Sequence[Vector]) -> Matrix:
    rows = [(*row, *more) for row, more in zip(matrix, columns, strict=True)]
    if not _eliminate(rows, len(matrix)):
        raise UndefinedError("The matrix has no inverse.")
    return tuple(row[len(matrix) :] for row in rows)


def eigenvalues(matrix: Matrix) -> Vector:
    """Both roots of x² - (a + d) x + (ad - bc), the smaller first. Raises UndefinedError."""
    middle = divide(trace(matrix), Fraction(2))
    off = root(minus(times(middle, middle), determinant(matrix)))
    return minus(middle, off), plus(middle, off)


def cross(a: Vector, b: Vector) -> Vector:
    """The vector at right angles to both, as long as the area between them."""
    pairs = ((1, 2), (2, 0), (0, 1))
    return tuple(minus(times(a[i], b[j]), times(a[j], b[i])) for i, j in pairs)
