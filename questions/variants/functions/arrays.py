"""What functions of formulas are made of. They work on arrays of seeds: of a scalar (seeds,), of a vector (seeds, n).

What has to give the same bits on every machine says how.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from questions.variants.functions.rules import FormulaError, ShapeRule, entrywise, of_list

Array: TypeAlias = NDArray[np.float64]
Values: TypeAlias = Mapping[str, Array]
Compiled: TypeAlias = Callable[[Values], Array]
"""A part of a formula: computes its value from those of the names."""
Builder: TypeAlias = Callable[[list[Compiled]], Compiled]
"""Makes a call of a function from its compiled arguments."""

MAX_EXPONENT = 4096
MANTISSA_BITS = 44
TIE = 2.0**-6
"""Of a unit of a mantissa of 44 bits: as near to a tie, 8 units of the last of all 53 bits may decide it."""
REST = 2.0**-43
"""Of a number: a smaller difference of two is what rounding left. Draws have fewer digits."""
NEAR, FAR = 2.0**-40, 2.0**-48
"""What is nearer to where a function jumps lies there; of large numbers a share of them."""


@dataclass(frozen=True)
class Function:
    """A function of formulas: how many arguments it takes, at least and at most, and how its call is built."""

    fewest: int
    most: int
    build: Builder
    shape: ShapeRule = entrywise
    """The shape of its value, from those of its arguments."""
    weight: int = 40
    """Nanoseconds that it takes for each number."""
    option: str = ""
    """The name of its last argument, where that is a whole number that has to be said, one of the `choices`."""
    choices: tuple[int, ...] = ()
    help: str = ""
    """What is to be said there."""

    def is_choice(self, node: ast.expr) -> bool:
        """Whether an argument is one of the choices, written out."""
        return isinstance(node, ast.Constant) and type(node.value) is int and node.value in self.choices

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


def plus(a: Array, b: Array) -> Array:
    """a + b; what is left of numbers that cancel but for their rounding is nothing."""
    if a.size == 1:
        return minus(a, -b)
    return _without_rest(np.asarray(a + b), a)


def minus(a: Array, b: Array) -> Array:
    """a - b; what is left of numbers that differ by their rounding alone is nothing."""
    if a.size == 1 and a.shape == b.shape:  # one seed: the same, in a quarter of the time
        x = a.item()
        left = x - b.item()
        return np.array([0.0 if abs(left) <= REST * abs(x) else left]).reshape(a.shape)
    return _without_rest(np.asarray(a - b), a)


def _without_rest(left: Array, a: Array) -> Array:
    bound = np.abs(a) * REST
    nothing = np.abs(left) <= bound
    if nothing.any():
        left[nothing] = 0.0
    return left


def at_jump(x: Array) -> Array:
    """`x`, or the whole number that it is but for its rounding."""
    nearest = np.round(x)
    return np.where(np.abs(x - nearest) <= np.maximum(FAR * np.abs(x), NEAR), nearest, x)


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


def elementwise(function: Callable[[Array], Array]) -> Function:
    """A function of each number by itself, of the same bits everywhere."""

    def build(parts: list[Compiled]) -> Compiled:
        (part,) = parts
        return lambda values: function(part(values))

    return Function(1, 1, build)


def spread(columns: Sequence[Array]) -> list[Array]:
    """Give arrays the same number of axes: scalars go with every entry of a vector."""
    width = max(column.ndim for column in columns)
    return [column.reshape(column.shape + (1,) * (width - column.ndim)) for column in columns]


def over_numbers(function: Callable[..., Array], count: int) -> Function:
    """A function of several numbers, or of vectors entry by entry."""

    def build(parts: list[Compiled]) -> Compiled:
        return lambda values: np.asarray(function(*spread([part(values) for part in parts])))

    return Function(count, count, build)


def over_vector(function: Callable[[Array], ArrayLike], shape: ShapeRule = of_list) -> Function:
    """A function of a list."""

    def build(parts: list[Compiled]) -> Compiled:
        (part,) = parts

        def compute(values: Values) -> Array:
            vector = part(values)
            if vector.ndim < 2:
                raise FormulaError("A list is needed here, as in sum(v).")
            return np.asarray(function(vector), dtype=np.float64)

        return compute

    return Function(1, 1, build, shape)


def stack(parts: list[Compiled]) -> Compiled:
    """A list of numbers, or a matrix of rows."""

    def compute(values: Values) -> Array:
        entries = [part(values) for part in parts]
        if len({entry.shape for entry in entries}) > 1 or entries[0].ndim > 2:
            raise FormulaError("A list has numbers, or rows that are as long as each other.")
        return np.stack(entries, axis=1).astype(np.float64)

    return compute


def chosen(part: Compiled) -> int:
    """The number of an option."""
    return int(part({})[0])


def each_by_itself(function: Callable[..., float], fewest: int, most: int, weight: int) -> Function:
    """A function in plain Python, computed once for each combination of numbers; one that raises has no value there."""

    def build(parts: list[Compiled]) -> Compiled:
        def compute(values: Values) -> Array:
            columns = np.broadcast_arrays(*spread([part(values) for part in parts]))
            known: dict[tuple[float, ...], float] = {}
            rows = list(zip(*(column.ravel().tolist() for column in columns), strict=True))
            for row in rows:
                if row not in known:
                    known[row] = _computed(function, row)
            return np.array([known[row] for row in rows]).reshape(columns[0].shape)

        return compute

    return Function(fewest, most, build, weight=weight)


def _computed(function: Callable[..., float], numbers: Sequence[float]) -> float:
    try:
        return float(function(*numbers)) if all(map(math.isfinite, numbers)) else math.nan
    except (ValueError, ArithmeticError):
        return math.nan


def to_whole(number: float) -> int:
    """The whole number that a float stands for. Raises ValueError where it stands for none."""
    nearest = round(number)
    if abs(number - nearest) > max(FAR * abs(number), NEAR):
        raise ValueError(f"{number} is no whole number.")
    return nearest


def settled(values: Array, exactly: Callable[..., Fraction | Decimal], *arguments: Array) -> Array:
    """What NumPy computed, to 44 bits of mantissa, which are the same on every machine.

    The last bits differ between machines; where they would decide how the 44th is rounded, exact arithmetic does.
    """
    scaled = np.ldexp(np.frexp(values)[0], MANTISSA_BITS)
    near = (np.abs(np.abs(scaled - np.round(scaled)) - 0.5) <= TIE) & np.isfinite(arguments).all(axis=0)
    if near.any():
        values = np.array(values)
        for at in zip(*np.nonzero(near), strict=True):
            values[at] = float(exactly(*(Fraction(float(argument[at])) for argument in arguments)))
    return stable(values)


def floor_divide(a: Array, b: Array) -> Array:
    """How often b goes into a."""
    return np.asarray(np.floor(at_jump(a / b)))


def modulo(a: Array, b: Array) -> Array:
    """What is left of a after whole times b."""
    return minus(a, b * floor_divide(a, b))
