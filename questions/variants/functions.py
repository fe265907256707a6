"""The functions of formulas, on arrays of seeds: a scalar has the shape (seeds,), a vector (seeds, n).

What has to give the same bits on every machine says how.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]
Values: TypeAlias = Mapping[str, Array]
Compiled: TypeAlias = Callable[[Values], Array]
"""A part of a formula: computes its value from those of the names."""
Builder: TypeAlias = Callable[[list[Compiled]], Compiled]
"""Makes a call of a function from its compiled arguments."""

MAX_EXPONENT = 4096
MANTISSA_BITS = 44


class FormulaError(ValueError):
    """A formula that is refused; `column` (1-based) is where."""

    def __init__(self, message: str, column: int | None = None) -> None:
        super().__init__(f"column {column}: {message}" if column else message)
        self.column = column


@dataclass(frozen=True)
class Function:
    """A function of formulas: how many arguments it takes, at least and at most, and how its call is built."""

    fewest: int
    most: int
    build: Builder

    def takes(self, count: int) -> bool:
        """Whether it can be called with so many arguments."""
        return self.fewest <= count <= self.most

    @property
    def arity(self) -> str:
        """How many arguments it takes, in words: `2`, `1 to 8`."""
        return str(self.fewest) if self.fewest == self.most else f"{self.fewest} to {self.most}"


def align(ufunc: Callable[..., Array], a: Array, b: Array) -> Array:
    """Apply `ufunc` with scalars spread over vectors: (seeds,) against (seeds, n)."""
    if a.ndim < b.ndim:
        a = a.reshape(a.shape + (1,) * (b.ndim - a.ndim))
    elif b.ndim < a.ndim:
        b = b.reshape(b.shape + (1,) * (a.ndim - b.ndim))
    return np.asarray(ufunc(a, b))


def breadth(columns: Sequence[Array]) -> int:
    """Return how many numbers a seed has at most in any array that is computed from these: they spread over another."""
    shapes = [column.shape[1:] for column in columns]
    longest = max((length for shape in shapes for length in shape), default=1)
    return longest * max((shape[1] for shape in shapes if len(shape) > 1), default=1)


def power(base: Array, exponent: Array) -> Array:
    """base ** exponent; whole exponents by repeated squaring, which gives the same bits on every machine."""
    base, exponent = np.broadcast_arrays(base, exponent)
    whole = np.round(exponent)
    exact = (whole == exponent) & (np.abs(whole) <= MAX_EXPONENT)
    whole = np.where(exact, whole, 0)
    left = np.abs(whole).astype(np.int64)
    result, square = np.ones(base.shape), base.astype(np.float64)
    while left.any():
        result = np.where(left & 1, result * square, result)
        square, left = square * square, left >> 1
    result = np.where(whole < 0, 1 / result, result)
    # Each seed by itself: another seed's exponent has no say in its bits.
    return result if exact.all() else np.where(exact, result, stable(np.power(base, exponent)))


def stable(x: Array) -> Array:
    """`x` with its mantissa rounded to 44 bits: the last bits of exp, log and their like differ between machines."""
    mantissa, exponent = np.frexp(x)
    return np.asarray(np.ldexp(np.round(np.ldexp(mantissa, MANTISSA_BITS)), exponent - MANTISSA_BITS))


def where(parts: list[Compiled]) -> Compiled:
    """where(test, yes, no): for each seed one or the other."""

    def compute(values: Values) -> Array:
        test, yes, no = (part(values) for part in parts)
        width = max(test.ndim, yes.ndim, no.ndim)
        shaped = [each.reshape(each.shape + (1,) * (width - each.ndim)) for each in (test, yes, no)]
        return np.where(shaped[0] != 0, shaped[1], shaped[2])

    return compute


def _elementwise(function: Callable[[Array], Array], *, exact: bool = False) -> Function:
    def build(parts: list[Compiled]) -> Compiled:
        (part,) = parts
        if exact:
            return lambda values: function(part(values))
        return lambda values: stable(function(part(values)))

    return Function(1, 1, build)


def _over_vector(function: Callable[[Array], ArrayLike]) -> Function:
    def build(parts: list[Compiled]) -> Compiled:
        (part,) = parts

        def compute(values: Values) -> Array:
            vector = part(values)
            if vector.ndim < 2:
                raise FormulaError("A vector is needed here, such as sum(v).")
            return np.asarray(function(vector), dtype=np.float64)

        return compute

    return Function(1, 1, build)


def _pairwise(ufunc: Callable[..., Array]) -> Function:
    def build(parts: list[Compiled]) -> Compiled:
        return lambda values: functools.reduce(lambda a, b: align(ufunc, a, b), (part(values) for part in parts))

    return Function(2, 8, build)


def _extreme(over: Callable[..., Array], pairwise: Callable[..., Array]) -> Function:
    """max(v) over a vector, max(a, b, …) over several."""

    def build(parts: list[Compiled]) -> Compiled:
        if len(parts) == 1:
            return _over_vector(lambda vector: over(vector, axis=1)).build(parts)
        return _pairwise(pairwise).build(parts)

    return Function(1, 8, build)


def _sum(vector: Array) -> Array:
    """The sum from left to right: NumPy's pairwise order depends on the processor."""
    return np.asarray(np.cumsum(vector, axis=1)[:, -1])


def _mean(vector: Array) -> Array:
    return np.asarray(_sum(vector) / vector.shape[1])


def _round(parts: list[Compiled]) -> Compiled:
    value = parts[0]
    if len(parts) == 1:
        return lambda values: np.round(value(values))
    digits = parts[1]

    def compute(values: Values) -> Array:
        scale = power(np.array(10.0), np.clip(digits(values), 0, 15))
        return align(np.divide, np.round(align(np.multiply, value(values), scale)), scale)

    return compute


def _clip(parts: list[Compiled]) -> Compiled:
    value, low, high = parts
    return lambda values: align(np.minimum, align(np.maximum, value(values), low(values)), high(values))


def _dot(parts: list[Compiled]) -> Compiled:
    left, right = parts

    def compute(values: Values) -> Array:
        a, b = left(values), right(values)
        if a.ndim < 2 or b.ndim < 2:
            raise FormulaError("dot(a, b) takes two vectors.")
        return _sum(align(np.multiply, a, b))

    return compute


FUNCTIONS: dict[str, Function] = {
    "abs": _elementwise(np.abs, exact=True),
    "sign": _elementwise(np.sign, exact=True),
    "floor": _elementwise(np.floor, exact=True),
    "ceil": _elementwise(np.ceil, exact=True),
    "sqrt": _elementwise(np.sqrt, exact=True),
    "exp": _elementwise(np.exp),
    "log": _elementwise(np.log),
    "log2": _elementwise(np.log2),
    "log10": _elementwise(np.log10),
    "round": Function(1, 2, _round),
    "sum": _over_vector(_sum),
    "mean": _over_vector(_mean),
    "var": _over_vector(lambda v: _mean((v - _mean(v)[:, None]) ** 2)),
    "norm": _over_vector(lambda v: np.sqrt(_sum(v * v))),
    "argmin": _over_vector(lambda v: np.argmin(v, axis=1)),
    "argmax": _over_vector(lambda v: np.argmax(v, axis=1)),
    "len": _over_vector(lambda v: np.full(len(v), v.shape[1])),
    "sort": _over_vector(lambda v: np.sort(v, axis=1)),
    "cumsum": _over_vector(lambda v: np.cumsum(v, axis=1)),
    "dot": Function(2, 2, _dot),
    "minimum": _pairwise(np.minimum),
    "maximum": _pairwise(np.maximum),
    "min": _extreme(np.min, np.minimum),
    "max": _extreme(np.max, np.maximum),
    "where": Function(3, 3, where),
    "clip": Function(3, 3, _clip),
}
