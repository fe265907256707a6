"""The values of a formula at many points at once, each with a bound of its error.

Beside each value stands what rounding may have made of it (running error analysis: Wilkinson, 1963; Higham, Accuracy
and Stability of Numerical Algorithms, 3.3), so that a difference between two formulas is never taken for rounding, nor
rounding for a difference.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from questions.expressions.tree import Node, rational

Array: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Points: TypeAlias = Mapping[str, Array]
Pair: TypeAlias = tuple[Array, Array]
"""Values, and a bound of the error of each."""
EPS = float(np.finfo(np.float64).eps)
SURE = 16
"""A number that is smaller than so many of its error bounds may be zero."""
_ZERO: Array = np.asarray(0.0)
LARGEST_EXACT = 2.0**53
LAST_FACTORIAL = 170
_FACTORIALS: Array = np.array([float(math.factorial(n)) for n in range(LAST_FACTORIAL + 1)])
CONSTANTS = {"e": float(np.e), "π": float(np.pi)}


@dataclass(frozen=True)
class Computed:
    """The values at points: `defined` where there is one at all, `sure` where the error is finite too."""

    value: Array
    error: Array
    undefined: Bools

    @functools.cached_property
    def sure(self) -> Bools:
        """Where the value is known."""
        return np.asarray(~self.undefined & np.isfinite(self.value) & np.isfinite(self.error))


class _Evaluator:
    """Computes one formula; `undefined` collects the points at which a part of it has no value."""

    def __init__(self, points: Points, size: int) -> None:
        self.points, self.size = points, size
        self.undefined: Bools = np.zeros(size, dtype=bool)

    def node(self, node: Node) -> Pair:
        match node.form:
            case "number":
                assert isinstance(node.value, Fraction)
                return self.constant(_float(node.value))
            case "constant":
                return self.constant(CONSTANTS[str(node.value)])
            case "name":
                return self.points[str(node.value)], _ZERO
            case "negative":
                value, error = self.node(node.parts[0])
                return -value, error
            case "power":
                return self.power(node)
            case "call":
                return self.call(str(node.value), [self.node(part) for part in node.parts])
        a, b = self.node(node.parts[0]), self.node(node.parts[1])
        return getattr(self, node.form)(a, b)  # type: ignore[no-any-return]

    def constant(self, number: float) -> Pair:
        """One number for all points, which NumPy spreads; a whole one has no error."""
        return _constant(number)

    def sum(self, a: Pair, b: Pair) -> Pair:
        value = a[0] + b[0]
        return value, _total(a[1], b[1]) + EPS * np.abs(value)

    def difference(self, a: Pair, b: Pair) -> Pair:
        value = a[0] - b[0]
        return value, _total(a[1], b[1]) + EPS * np.abs(value)

    def product(self, a: Pair, b: Pair) -> Pair:
        value = a[0] * b[0]
        error = EPS * np.abs(value)
        if b[1] is not _ZERO:
            error = error + np.abs(a[0]) * b[1]
        if a[1] is not _ZERO:
            error = error + np.abs(b[0]) * a[1]
        return value, error

    def quotient(self, a: Pair, b: Pair) -> Pair:
        bottom, unsure = self.without_zero(b)
        value = a[0] / bottom
        error = (a[1] + np.abs(value) * b[1]) / np.abs(bottom) + EPS * np.abs(value)
        return value, np.where(unsure, np.inf, error)

    def without_zero(self, b: Pair) -> tuple[Array, Bools]:
        """What is divided by; a zero is undefined, and what may be one is unsure."""
        is_zero = (b[0] == 0) & (b[1] == 0)
        unsure = ~is_zero & (np.abs(b[0]) <= SURE * b[1])
        self.undefined |= is_zero
        return np.where(is_zero | unsure, 1.0, b[0]), unsure

    def power(self, node: Node) -> Pair:
        base, exponent = self.node(node.parts[0]), node.parts[1]
        written = rational(exponent)
        if written is None and node.parts[0].form == "constant" and node.parts[0].value == "e":
            return _FUNCTIONS["exp"](self, self.node(exponent))
        if written is None:
            return self.free_power(base, self.node(exponent))
        if written.denominator == 1:
            return self.whole_power(base, int(written)) if abs(written) < 2000 else self.constant(np.inf)
        if written.denominator % 2:
            root = self.odd_root(base, written.denominator)
            return self.whole_power(root, written.numerator)
        return self.free_power(base, self.constant(float(written)))

    def whole_power(self, base: Pair, exponent: int) -> Pair:
        if exponent == 0:
            return self.constant(1.0)
        if exponent < 0:
            return self.quotient(self.constant(1.0), self.whole_power(base, -exponent))
        if exponent == 1:
            return base
        value = base[0] * base[0] if exponent == 2 else np.power(base[0], float(exponent))
        error = 4 * EPS * np.abs(value)
        if base[1] is _ZERO:
            return value, error
        size = np.abs(base[0])
        slope = exponent * (size if exponent == 2 else np.power(size, float(exponent - 1)))
        return value, slope * base[1] + error

    def odd_root(self, base: Pair, degree: int) -> Pair:
        """The real root, of negative numbers too."""
        size = np.abs(base[0])
        value = np.sign(base[0]) * np.power(size, 1 / degree)
        slope = np.divide(np.abs(value), degree * size, out=np.zeros(np.shape(size)), where=size > base[1])
        return value, np.where(size > base[1], slope * base[1], np.power(base[1], 1 / degree)) + 8 * EPS * np.abs(value)

    def free_power(self, base: Pair, exponent: Pair) -> Pair:
        whole = exponent[0] == np.round(exponent[0])
        negative = base[0] < 0
        may_be_zero = np.abs(base[0]) <= SURE * base[1]
        self.undefined |= negative & ~whole & ~may_be_zero
        self.undefined |= (base[0] == 0) & (exponent[0] <= 0)
        safe = np.where(negative & ~whole, 0.0, base[0])
        value = np.power(safe, exponent[0])
        size = np.where(safe == 0, 1.0, np.abs(safe))
        relative = np.abs(exponent[0]) * base[1] / size + np.abs(np.log(size)) * exponent[1] + 8 * EPS
        error = np.abs(value) * (relative + EPS * np.abs(exponent[0] * np.log(size)))
        return value, np.where(may_be_zero & (base[1] > 0), np.inf, error)

    def call(self, name: str, parts: list[Pair]) -> Pair:
        if name in ("max", "min"):
            pick = np.maximum if name == "max" else np.minimum
            return pick(parts[0][0], parts[1][0]), np.maximum(parts[0][1], parts[1][1])
        if name == "binom":
            return self.binomial(*parts)
        if name == "log":
            return self.quotient(self.ln(parts[0]), self.ln(parts[1]))
        if name == "root":
            degree = float(np.ravel(parts[1][0])[0])
            if degree == int(degree) and int(degree) % 2 and np.ptp(parts[1][0]) == 0:
                return self.odd_root(parts[0], int(degree))
            return self.free_power(parts[0], self.quotient(self.constant(1.0), parts[1]))
        return _FUNCTIONS[name](self, parts[0])

    def factorial(self, x: Pair) -> Pair:
        """Of whole numbers; of those below 0 it is not known, since it may stand below a line as nothing does."""
        whole, is_whole = _near_whole(x)
        self.undefined |= ~is_whole
        value = _FACTORIALS[np.clip(np.where(is_whole, whole, 0), 0, LAST_FACTORIAL).astype(int)]
        known = (whole >= 0) & (whole <= LAST_FACTORIAL)
        return value, np.where(known, EPS * value, np.inf)

    def binomial(self, n: Pair, k: Pair) -> Pair:
        """Of whole numbers from 0 to n; beyond them it is not known, as with factorials."""
        below, error = self.product(self.factorial(k), self.factorial(self.difference(n, k)))
        value, relative = self.quotient(self.factorial(n), (below, error))
        return np.round(value), relative

    def ln(self, x: Pair) -> Pair:
        unsure = np.abs(x[0]) <= SURE * x[1]
        self.undefined |= (x[0] <= 0) & ~(unsure & (x[1] > 0))
        safe = np.where((x[0] <= 0) | unsure, 1.0, x[0])
        value = np.log(safe)
        return value, np.where(unsure & (x[1] > 0), np.inf, x[1] / safe + EPS * (np.abs(value) + 1))

    def sqrt(self, x: Pair) -> Pair:
        unsure = np.abs(x[0]) <= SURE * x[1]
        self.undefined |= (x[0] < 0) & ~unsure
        value = np.sqrt(np.maximum(x[0], 0.0))
        slope = np.divide(
            np.broadcast_to(x[1], np.shape(value)), 2 * value, out=np.zeros(np.shape(value)), where=value > 0
        )
        return value, np.where(unsure, np.sqrt((SURE + 1) * x[1]), slope) + EPS * value

    def reciprocal(self, x: Pair) -> Pair:
        return self.quotient(self.constant(1.0), x)

    def between(self, x: Pair, low: float, high: float) -> Array:
        """A number within bounds; beyond them, by more than its error, there is no value."""
        self.undefined |= (x[0] < low - SURE * x[1]) | (x[0] > high + SURE * x[1])
        return np.clip(x[0], low, high)


@functools.lru_cache(maxsize=1024)
def _constant(number: float) -> Pair:
    is_exact = abs(number) < LARGEST_EXACT and number == int(number)
    return np.asarray(number), _ZERO if is_exact else np.asarray(EPS * abs(number))


def _total(one: Array, other: Array) -> Array:
    """The sum of two errors, most of which are none."""
    if one is _ZERO:
        return other
    return one if other is _ZERO else one + other


def _smooth(function: Callable[[Array], Array], slope: Callable[[Array], Array]) -> Callable[[_Evaluator, Pair], Pair]:
    """A function with a slope everywhere."""

    def compute(evaluator: _Evaluator, x: Pair) -> Pair:
        value = function(x[0])
        return value, np.abs(slope(x[0])) * (x[1] + EPS * np.abs(x[0])) + 4 * EPS * np.abs(value) + EPS * EPS

    return compute


def _bounded(
    function: Callable[[Array], Array], slope: Callable[[Array], Array], low: float, high: float
) -> Callable[[_Evaluator, Pair], Pair]:
    """A function of numbers between two bounds, at which its slope may have no end."""

    def compute(evaluator: _Evaluator, x: Pair) -> Pair:
        inside = evaluator.between(x, low, high)
        steep = np.abs(slope(inside))
        error = np.where(np.isfinite(steep), np.minimum(steep * x[1], np.sqrt(4 * x[1])), np.sqrt(4 * x[1]))
        value = function(inside)
        return value, error + 4 * EPS * (np.abs(value) + 1)

    return compute


def _tangent(evaluator: _Evaluator, x: Pair) -> Pair:
    return evaluator.quotient(_FUNCTIONS["sin"](evaluator, x), _FUNCTIONS["cos"](evaluator, x))


def _sign(evaluator: _Evaluator, x: Pair) -> Pair:
    return np.sign(x[0]), np.where((np.abs(x[0]) <= SURE * x[1]) & (x[1] > 0), np.inf, 0.0)


def _near_whole(x: Pair) -> tuple[Array, Bools]:
    """The nearest whole numbers, and whether the values are these but for rounding."""
    whole = np.round(x[0])
    return whole, np.asarray(np.abs(x[0] - whole) <= SURE * x[1])


def _rounded(function: Callable[[Array], Array], x: Pair) -> Pair:
    """A value that is whole but for rounding is taken for that."""
    whole, is_whole = _near_whole(x)
    return np.where(is_whole, whole, function(x[0])), _ZERO


_FUNCTIONS: dict[str, Callable[[_Evaluator, Pair], Pair]] = {
    "sin": _smooth(np.sin, np.cos),
    "cos": _smooth(np.cos, np.sin),
    "tan": _tangent,
    "sec": lambda e, x: e.reciprocal(_FUNCTIONS["cos"](e, x)),
    "csc": lambda e, x: e.reciprocal(_FUNCTIONS["sin"](e, x)),
    "cot": lambda e, x: e.quotient(_FUNCTIONS["cos"](e, x), _FUNCTIONS["sin"](e, x)),
    "sinh": _smooth(np.sinh, np.cosh),
    "cosh": _smooth(np.cosh, np.sinh),
    "tanh": _smooth(np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "arsinh": _smooth(np.arcsinh, lambda x: 1 / np.sqrt(1 + x * x)),
    "arctan": _smooth(np.arctan, lambda x: 1 / (1 + x * x)),
    "arcsin": _bounded(np.arcsin, lambda x: 1 / np.sqrt(1 - x * x), -1, 1),
    "arccos": _bounded(np.arccos, lambda x: 1 / np.sqrt(1 - x * x), -1, 1),
    "arcosh": _bounded(np.arccosh, lambda x: 1 / np.sqrt(x * x - 1), 1, np.inf),
    "artanh": _bounded(np.arctanh, lambda x: 1 / (1 - x * x), -1, 1),
    "exp": _smooth(np.exp, np.exp),
    "abs": lambda e, x: (np.abs(x[0]), x[1]),
    "ln": _Evaluator.ln,
    "sqrt": _Evaluator.sqrt,
    "cbrt": lambda e, x: e.odd_root(x, 3),
    "sign": _sign,
    "factorial": _Evaluator.factorial,
    "floor": lambda e, x: _rounded(np.floor, x),
    "ceil": lambda e, x: _rounded(np.ceil, x),
}


@functools.lru_cache(maxsize=1024)
def _float(number: Fraction) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf")


def compute(node: Node, points: Points, size: int) -> Computed:
    """The values of a formula at `size` points, which give a number to each of its names."""
    with np.errstate(all="ignore"):
        evaluator = _Evaluator(points, size)
        value, error = evaluator.node(node)
        shape = (size,)
        value, error = np.broadcast_to(value, shape), np.broadcast_to(error, shape)
    return Computed(value, error, evaluator.undefined)
