"""Matrices: products, determinants, inverses, systems of equations, by + - × ÷ alone.

Elimination is free of fractions (Bareiss, 1968): of whole numbers every number on the way is whole, so that
determinants are, and each entry of an inverse is divided once. What has no inverse has no value.
"""

from __future__ import annotations

import numpy as np

from questions.variants.functions.arrays import Array, Compiled, Function, Values, minus
from questions.variants.functions.rules import (
    FormulaError,
    to_cross_product,
    to_determinant,
    to_eigenvalues,
    to_inverse,
    to_rank,
    to_solution,
    to_transpose,
)

MOST_DIGITS = 6
"""Decimal places of a matrix whose rank is found in whole numbers."""
ELIMINATED = 200
"""Nanoseconds that elimination takes for each entry."""


def multiply(a: Array, b: Array) -> Array:
    """The product of matrices, or of a matrix and a list, which is a row before it and a column after it."""
    left = a[:, None, :] if a.ndim == 2 else a
    right = b[:, :, None] if b.ndim == 2 else b
    if left.ndim != 3 or right.ndim != 3 or left.shape[2] != right.shape[1]:
        raise FormulaError("These matrices have no product.")
    product = left[:, :, 0, None] * right[:, None, 0, :]
    for k in range(1, left.shape[2]):
        product = product + left[:, :, k, None] * right[:, None, k, :]
    if b.ndim == 2:
        product = product[:, :, 0]
    return product[:, 0] if a.ndim == 2 else product


def _eliminate(matrix: Array, beside: Array) -> tuple[Array, Array]:
    """The determinant, and what the columns beside the matrix become times it."""
    n = matrix.shape[1]
    rows, every = np.concatenate([matrix, beside], axis=2), np.arange(len(matrix))
    sign, before, singular = np.ones(len(matrix)), np.ones(len(matrix)), np.zeros(len(matrix), dtype=bool)
    for k in range(n):
        best = k + np.argmax(np.abs(rows[:, k:, k]), axis=1)
        held = rows[every, best].copy()
        rows[every, best], rows[:, k] = rows[:, k], held
        sign = np.where(best == k, sign, -sign)
        pivot = rows[:, k, k].copy()
        singular |= pivot == 0
        others = np.arange(n) != k
        rest = minus(pivot[:, None, None] * rows[:, others], rows[:, others, k, None] * rows[:, k, None])
        rows[:, others] = rest / before[:, None, None]
        before = pivot
    beside = rows[:, :, n:] * sign[:, None, None]
    return np.where(singular, 0.0, sign * before), np.where(singular[:, None, None], np.nan, beside)


def _square(part: Compiled, values: Values) -> Array:
    matrix = part(values)
    if matrix.ndim != 3 or matrix.shape[1] != matrix.shape[2]:
        raise FormulaError("A square matrix is needed here.")
    return matrix


def _determinant(parts: list[Compiled]) -> Compiled:
    def compute(values: Values) -> Array:
        matrix = _square(parts[0], values)
        return _eliminate(matrix, matrix[:, :, :0])[0]

    return compute


def _as_whole(matrices: Array) -> Array:
    """The matrices times the powers of ten that make their decimals whole; as they are where none to 10⁶ does."""
    scale = np.ones((len(matrices), 1, 1))
    for digits in range(MOST_DIGITS + 1):
        whole = np.rint(matrices * scale)
        fits = (whole / scale == matrices).all(axis=(1, 2), keepdims=True)
        scale = np.where(fits, scale, 10.0 ** (digits + 1))
    return np.where(fits, whole, matrices)


def _rank(parts: list[Compiled]) -> Compiled:
    """How many rows are left of each matrix once what follows from others is taken away."""

    def compute(values: Values) -> Array:
        matrix = parts[0](values)
        if matrix.ndim != 3:
            raise FormulaError("rank() takes a matrix.")
        rows = _as_whole(matrix)
        every, places = np.arange(len(rows)), np.arange(rows.shape[1])
        rank, before = np.zeros(len(rows), dtype=int), np.ones(len(rows))
        for column in range(rows.shape[2]):
            left = places >= rank[:, None]
            best = np.argmax(np.where(left, np.abs(rows[:, :, column]), -1.0), axis=1)
            at = np.minimum(rank, len(places) - 1)
            is_new = (rank < len(places)) & (rows[every, best, column] != 0)
            swapped = rows.copy()
            swapped[every, best], swapped[every, at] = rows[every, at], rows[every, best]
            pivot, row = swapped[every, at, column], swapped[every, at]
            rest = (
                minus(pivot[:, None, None] * swapped, swapped[:, :, column, None] * row[:, None])
                / before[:, None, None]
            )
            below = is_new[:, None] & (places > at[:, None])
            rows = np.where(below[:, :, None], rest, np.where(is_new[:, None, None], swapped, rows))
            before, rank = np.where(is_new, pivot, before), rank + is_new
        return rank.astype(float)

    return compute


def _inverse(parts: list[Compiled]) -> Compiled:
    def compute(values: Values) -> Array:
        matrix = _square(parts[0], values)
        determinant, beside = _eliminate(matrix, np.broadcast_to(np.eye(matrix.shape[1]), matrix.shape))
        return np.asarray(beside / determinant[:, None, None])

    return compute


def _solution(parts: list[Compiled]) -> Compiled:
    def compute(values: Values) -> Array:
        matrix, right = _square(parts[0], values), parts[1](values)
        if right.ndim != 2:
            raise FormulaError("The right side is a list.")
        determinant, beside = _eliminate(matrix, right[:, :, None])
        return np.asarray(beside[:, :, 0] / determinant[:, None])

    return compute


def _trace(parts: list[Compiled]) -> Compiled:
    def compute(values: Values) -> Array:
        matrix = _square(parts[0], values)
        return np.asarray(np.cumsum(np.diagonal(matrix, axis1=1, axis2=2), axis=1)[:, -1])

    return compute


def _transpose(parts: list[Compiled]) -> Compiled:
    def compute(values: Values) -> Array:
        matrix = parts[0](values)
        if matrix.ndim != 3:
            raise FormulaError("transpose() takes a matrix.")
        return np.swapaxes(matrix, 1, 2)

    return compute


def _eigenvalues(parts: list[Compiled]) -> Compiled:
    """Both of a matrix of 2 × 2, the smaller first."""

    def compute(values: Values) -> Array:
        matrix = _square(parts[0], values)
        a, b, c, d = (matrix[:, i, j] for i in (0, 1) for j in (0, 1))
        root = np.sqrt(minus((a - d) ** 2, -4 * b * c))
        return np.stack([minus(a + d, root) / 2, minus(a + d, -root) / 2], axis=1)

    return compute


def _cross(parts: list[Compiled]) -> Compiled:
    def compute(values: Values) -> Array:
        a, b = (part(values) for part in parts)
        if a.shape[1:] != (3,) or b.shape[1:] != (3,):
            raise FormulaError("cross(a, b) takes two lists of three.")
        pairs = ((1, 2), (2, 0), (0, 1))
        return np.stack([minus(a[:, i] * b[:, j], a[:, j] * b[:, i]) for i, j in pairs], axis=1)

    return compute


FUNCTIONS: dict[str, Function] = {
    "det": Function(1, 1, _determinant, to_determinant, weight=ELIMINATED),
    "rank": Function(1, 1, _rank, to_rank, weight=ELIMINATED),
    "inv": Function(1, 1, _inverse, to_inverse, weight=ELIMINATED),
    "solve": Function(2, 2, _solution, to_solution, weight=ELIMINATED),
    "trace": Function(1, 1, _trace, to_determinant),
    "transpose": Function(1, 1, _transpose, to_transpose),
    "eigenvalues": Function(1, 1, _eigenvalues, to_eigenvalues),
    "cross": Function(2, 2, _cross, to_cross_product),
}
