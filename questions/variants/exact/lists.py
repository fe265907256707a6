"""Functions of lists of numbers."""

from __future__ import annotations

import functools
from fractions import Fraction

from questions.variants.exact.numbers import (
    Scalar,
    UndefinedError,
    Vector,
    divide,
    floor,
    minus,
    plus,
    root,
    times,
    to_decimal,
)


def total(vector: Vector) -> Scalar:
    """The sum."""
    return functools.reduce(plus, vector)


def mean(vector: Vector) -> Scalar:
    """The mean."""
    return divide(total(vector), Fraction(len(vector)))


def covariance(v: Vector, w: Vector, ddof: Scalar) -> Scalar:
    """The sum of the products of distances from the means, by n - ddof."""
    in_v, in_w = mean(v), mean(w)
    products = tuple(times(minus(a, in_v), minus(b, in_w)) for a, b in zip(v, w, strict=True))
    return divide(total(products), minus(Fraction(len(v)), ddof))


def variance(vector: Vector, ddof: Scalar = Fraction(0)) -> Scalar:
    """The covariance with itself."""
    return covariance(vector, vector, ddof)


def correlation(v: Vector, w: Vector) -> Scalar:
    """The covariance by both standard deviations. Raises UndefinedError."""
    zero = Fraction(0)
    return divide(covariance(v, w, zero), root(times(variance(v), variance(w))))


def product(vector: Vector) -> Scalar:
    """All entries multiplied."""
    return functools.reduce(times, vector)


def in_order(vector: Vector) -> Vector:
    """The smallest first."""
    return tuple(sorted(vector, key=functools.cmp_to_key(_before)))


def _before(a: Scalar, b: Scalar) -> int:
    x, y = to_decimal(a), to_decimal(b)
    return (x > y) - (x < y)


def median(vector: Vector) -> Scalar:
    """The entry in the middle, or the mean of the two there."""
    inner, n = in_order(vector), len(vector)
    return divide(plus(inner[(n - 1) // 2], inner[n // 2]), Fraction(2))


MOVED: dict[int, tuple[Fraction, Fraction]] = {
    **dict.fromkeys((1, 2, 4), (Fraction(0), Fraction(0))),
    3: (Fraction(-1, 2), Fraction(0)),
    5: (Fraction(1, 2), Fraction(0)),
    6: (Fraction(0), Fraction(1)),
    7: (Fraction(1), Fraction(-1)),
    8: (Fraction(1, 3), Fraction(1, 3)),
    9: (Fraction(3, 8), Fraction(1, 4)),
}
"""a and b of n p + a + b p, the place of a quantile, by its type."""


def quantile(vector: Vector, share: Scalar, kind: Scalar) -> Scalar:
    """By one of the nine rules of Hyndman and Fan. Raises UndefinedError."""
    if not 0 <= share <= 1:
        raise UndefinedError("A quantile is at a share from 0 to 1.")
    rule, inner = int(kind), in_order(vector)
    at = plus(times(share, Fraction(len(inner))), plus(MOVED[rule][0], times(MOVED[rule][1], share)))
    below = floor(at) if rule < 4 else Fraction(int(at // 1))
    rest = minus(at, below)
    low, high = (inner[min(max(int(below) + up, 1), len(inner)) - 1] for up in (0, 1))
    if rule < 4:
        middle = Fraction(1, 2) if rule == 2 else Fraction(0)
        between = Fraction(int(below) % 2 if rule == 3 else middle)
        rest = Fraction(1) if rest else between
    return plus(times(minus(Fraction(1), rest), low), times(rest, high))


def dot(a: Vector, b: Vector) -> Scalar:
    """The sum of the products, entry by entry."""
    return total(tuple(map(times, a, b)))


def cumulate(vector: Vector) -> Vector:
    """The sums of what comes before each entry, and it."""
    sums = [vector[0]]
    for x in vector[1:]:
        sums.append(plus(sums[-1], x))
    return tuple(sums)
