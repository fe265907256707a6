"""Functions of lists of numbers, and of two of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from questions.variants.functions.arrays import (
    REST,
    Array,
    Compiled,
    Function,
    Values,
    align,
    at_jump,
    chosen,
    minus,
    over_vector,
)
from questions.variants.functions.rules import FormulaError, ShapeRule, of_list, of_two_lists, to_list

TYPES = tuple(range(1, 10))


def plain_total(vector: Array) -> Array:
    """The sum from left to right: NumPy's pairwise order depends on the processor."""
    return np.asarray(np.cumsum(vector, axis=1)[:, -1])


def total(vector: Array) -> Array:
    """The sum; what is left of numbers that cancel but for their rounding is nothing."""
    summed = plain_total(vector)
    return np.where(np.abs(summed) <= REST * np.abs(vector).max(axis=1), 0.0, summed)


def mean(vector: Array) -> Array:
    """The sum over how many there are."""
    return np.asarray(total(vector) / vector.shape[1])


def median(vector: Array) -> Array:
    """The entry in the middle, or the mean of the two there."""
    inner, n = np.sort(vector, axis=1), vector.shape[1]
    return np.asarray((inner[:, (n - 1) // 2] + inner[:, n // 2]) / 2)


def _from_mean(vector: Array) -> Array:
    return minus(vector, mean(vector)[:, None])


def _covariance(v: Array, w: Array, ddof: int) -> Array:
    return np.asarray(total(_from_mean(v) * _from_mean(w)) / (v.shape[1] - ddof))


def _correlation(v: Array, w: Array) -> Array:
    a, b = _from_mean(v), _from_mean(w)
    return np.asarray(total(a * b) / np.sqrt(total(a * a) * total(b * b)))


def _lists(parts: list[Compiled], values: Values) -> list[Array]:
    lists = [part(values) for part in parts]
    if any(each.ndim != 2 for each in lists) or len({each.shape for each in lists}) > 1:
        raise FormulaError("Lists of the same length are needed here.")
    return lists


def _over_lists(count: int, function: Callable[..., Array]) -> Function:
    shape = of_list if count == 1 else of_two_lists
    return Function(count, count, lambda parts: lambda values: function(*_lists(parts, values)), shape)


def _with_ddof(name: str, count: int, function: Callable[..., Array]) -> Function:
    """A function of lists that is divided by n or by n - 1, as has to be said."""

    def build(parts: list[Compiled]) -> Compiled:
        ddof = chosen(parts[-1])
        return lambda values: function(*_lists(parts[:-1], values), ddof)

    shape, lists = (of_list, "v") if count == 1 else (of_two_lists, "v, w")
    say = f"{name}() says what it is divided by: {name}({lists}, ddof=0) by n, {name}({lists}, ddof=1) by n - 1."
    return Function(count + 1, count + 1, build, shape, option="ddof", choices=(0, 1), help=say)


def _quantile(parts: list[Compiled]) -> Compiled:
    kind = chosen(parts[-1])

    def compute(values: Values) -> Array:
        (vector,), share = _lists(parts[:1], values), parts[1](values)
        inner, n = np.sort(vector, axis=1), vector.shape[1]
        at = at_jump(n * share + SHIFTS[kind](share))
        below = np.floor(at)
        weight = _weight(kind, below, at - below)
        known = np.where((share >= 0) & (share <= 1), below, np.nan)
        entries = [np.take_along_axis(inner, _place(known + up, n), axis=1)[:, 0] for up in (0, 1)]
        return np.where(np.isnan(known), np.nan, (1 - weight) * entries[0] + weight * entries[1])

    return compute


def _place(at: Array, n: int) -> NDArray[np.int64]:
    return np.clip(np.nan_to_num(at, nan=1), 1, n).astype(np.int64)[:, None] - 1


def _weight(kind: int, below: Array, rest: Array) -> Array:
    """How much the entry above counts beside that below."""
    match kind:
        case 1:
            return (rest > 0).astype(np.float64)
        case 2:
            return np.where(rest > 0, 1.0, 0.5)
        case 3:
            return np.where((rest == 0) & (below % 2 == 0), 0.0, 1.0)
    return rest


SHIFTS: dict[int, Callable[[Array], Array]] = {
    1: lambda p: p * 0,
    2: lambda p: p * 0,
    3: lambda p: p * 0 - 0.5,
    4: lambda p: p * 0,
    5: lambda p: p * 0 + 0.5,
    6: lambda p: p,
    7: lambda p: 1 - p,
    8: lambda p: (p + 1) / 3,
    9: lambda p: p / 4 + 0.375,
}
"""By how much the place n p of a quantile is moved, by type (Hyndman and Fan, 1996)."""
QUANTILE = (
    "quantile() says by which rule: quantile(v, 0.25, type=7) as NumPy, R and Excel's INC do, type=6 as Excel's EXC, "
    "Minitab and SPSS do, type=2 as textbooks that take the mean at jumps; types 1 to 9 are those of Hyndman and Fan."
)


def _dotted(sum_up: Callable[[Array], Array]) -> Function:
    def build(parts: list[Compiled]) -> Compiled:
        left, right = parts

        def compute(values: Values) -> Array:
            a, b = left(values), right(values)
            if a.ndim < 2 or b.ndim < 2:
                raise FormulaError("dot(a, b) takes two vectors.")
            return sum_up(align(np.multiply, a, b))

        return compute

    return Function(2, 2, build, of_two_lists)


def _first(extreme: Callable[..., Array]) -> Function:
    """The place of the first entry that is the least, or the largest, but for its rounding."""
    return over_vector(lambda v: np.argmax(minus(v, extreme(v, axis=1)[:, None]) == 0, axis=1))


def _along(function: Callable[..., Array], shape: ShapeRule = of_list) -> Function:
    return over_vector(lambda v: function(v, axis=1), shape)


FUNCTIONS: dict[str, Function] = {
    "sum": over_vector(total),
    "prod": over_vector(lambda v: np.cumprod(v, axis=1)[:, -1]),
    "mean": over_vector(mean),
    "median": over_vector(median),
    "var": _with_ddof("var", 1, lambda v, ddof: _covariance(v, v, ddof)),
    "std": _with_ddof("std", 1, lambda v, ddof: np.sqrt(_covariance(v, v, ddof))),
    "cov": _with_ddof("cov", 2, _covariance),
    "corr": _over_lists(2, _correlation),
    "quantile": Function(3, 3, _quantile, of_list, weight=100, option="type", choices=TYPES, help=QUANTILE),
    "count": over_vector(lambda v: np.count_nonzero(v, axis=1)),
    "norm": over_vector(lambda v: np.sqrt(plain_total(v * v))),
    "argmin": _first(np.min),
    "argmax": _first(np.max),
    "len": over_vector(lambda v: np.full(len(v), v.shape[1])),
    "sort": _along(np.sort, to_list),
    "cumsum": _along(np.cumsum, to_list),
    "dot": _dotted(total),
}


def _plain_mean(vector: Array) -> Array:
    return np.asarray(plain_total(vector) / vector.shape[1])


BEFORE_EXACTNESS: dict[str, Function] = {
    "sum": over_vector(plain_total),
    "mean": over_vector(_plain_mean),
    "var": over_vector(lambda v: _plain_mean((v - _plain_mean(v)[:, None]) ** 2)),
    "argmin": _along(np.argmin),
    "argmax": _along(np.argmax),
    "dot": _dotted(plain_total),
}
"""As engines before the third have them: what rounding leaves stays, and a variance is silently divided by n."""
