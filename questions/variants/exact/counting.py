"""Factorials, ways to choose, common divisors: by products and by Euclid, of whole numbers alone."""

from __future__ import annotations

import functools
from fractions import Fraction

from questions.variants.exact.numbers import Scalar, UndefinedError, whole

MOST = 1000


def factorial(number: Scalar) -> Fraction:
    """n!"""
    return arrange(number, number)


def arrange(number: Scalar, chosen: Scalar) -> Fraction:
    """n (n - 1) … (n - k + 1)."""
    n, k = _counted(number), _counted(chosen)
    return Fraction(functools.reduce(lambda product, i: product * (n - i), range(k), 1))


def choose(number: Scalar, chosen: Scalar) -> Scalar:
    """The number of arrangements over that of orders."""
    return arrange(number, chosen) / factorial(chosen)


def divisor(*numbers: Scalar) -> Scalar:
    """The greatest common divisor."""
    return Fraction(functools.reduce(_divisor, map(whole, numbers)))


def multiple(*numbers: Scalar) -> Scalar:
    """The least common multiple."""

    def of_two(a: int, b: int) -> int:
        return abs(a * b) // _divisor(a, b) if a and b else 0

    return Fraction(functools.reduce(of_two, map(whole, numbers)))


def _divisor(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return abs(a)


def _counted(number: Scalar) -> int:
    count = whole(number)
    if not 0 <= count <= MOST:
        raise UndefinedError(f"{count} is not from 0 to {MOST}.")
    return count
