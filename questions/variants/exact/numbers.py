"""Exact arithmetic: fractions while numbers are rational, else 60 digits. It runs in `CONTEXT`."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from fractions import Fraction
from typing import Any, TypeAlias

Scalar: TypeAlias = Fraction | Decimal
Vector: TypeAlias = tuple[Scalar, ...]

DIGITS = 60
NEAR = Decimal(10) ** -45
"""Two inexact numbers that are nearer, relative to their size, may be the same."""
LARGEST = 20_000
"""Bits of an exact number; a larger one is rounded to its first digits."""
CONTEXT = Context(prec=DIGITS, Emax=999_999, Emin=-999_999, traps=[InvalidOperation, DivisionByZero, Overflow])


class UndefinedError(ValueError):
    """There is no such number: a division by zero, the logarithm of a negative number."""


class UndecidedError(ValueError):
    """Even 60 digits do not tell on which side of a jump a number lies."""


class ShapeError(ValueError):
    """A formula that puts numbers, vectors and matrices together that do not fit."""


def to_decimal(number: Scalar) -> Decimal:
    """A number to 60 digits."""
    if isinstance(number, Decimal):
        return number
    return Decimal(number.numerator) / Decimal(number.denominator)


def compare(a: Scalar, b: Scalar) -> int:
    """-1, 0 or 1. Raises UndecidedError where two inexact numbers are too near."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return (a > b) - (a < b)
    x, y = to_decimal(a), to_decimal(b)
    difference = operator.sub(x, y)
    if difference and abs(difference) <= NEAR * max(abs(x), abs(y), NEAR):
        raise UndecidedError("A comparison of numbers that are the same as far as can be seen.")
    return int(difference > 0) - int(difference < 0)


def _arithmetic(
    operation: Callable[[Any, Any], Any],
) -> Callable[[Scalar, Scalar], Scalar]:
    def compute(a: Scalar, b: Scalar) -> Scalar:
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            exact: Fraction = operation(a, b)
            return _bounded(exact)
        decimal: Decimal = operation(to_decimal(a), to_decimal(b))
        return decimal

    return compute


def _bounded(number: Fraction) -> Scalar:
    if number.numerator.bit_length() > LARGEST or number.denominator.bit_length() > LARGEST:
        return to_decimal(number)
    return number


def divide(a: Scalar, b: Scalar) -> Scalar:
    """a / b. Raises UndefinedError."""
    if not b:
        raise UndefinedError("A division by zero.")
    return quotient(a, b)


def to_whole(number: Scalar, to_whole: Callable[[Scalar], int]) -> Fraction:
    """The number taken to a whole one; an inexact one that is too near to where this jumps is undecided."""
    if isinstance(number, Decimal):
        nearest = int(
            (2 * number).to_integral_value()
        )  # halves are where rounding jumps, whole numbers where the others do
        compare(2 * number, Fraction(nearest))
    return Fraction(to_whole(number))


def floor(number: Scalar) -> Fraction:
    """The largest whole number that is not above."""
    return to_whole(number, math.floor)


def ceiling(number: Scalar) -> Fraction:
    """The smallest whole number that is not below."""
    return to_whole(number, math.ceil)


def floor_divide(a: Scalar, b: Scalar) -> Scalar:
    """The floor of a / b."""
    return floor(divide(a, b))


def modulo(a: Scalar, b: Scalar) -> Scalar:
    """What is left of a after whole times b; its sign is that of b."""
    return minus(a, times(b, floor_divide(a, b)))


def round_to(number: Scalar, digits: Scalar) -> Scalar:
    """Halves go to the even number."""
    scale = 10 ** min(max(int(digits), 0), 15)
    return Fraction(to_whole(times(number, Fraction(scale)), round), scale)


def power(base: Scalar, exponent: Scalar) -> Scalar:
    """base ** exponent. Raises UndefinedError."""
    if not base and exponent < 0:
        raise UndefinedError("A division by zero.")
    if exponent == Fraction(1, 2):
        return root(base)
    whole = int(exponent) if isinstance(exponent, Fraction) and exponent.denominator == 1 else None
    if whole is not None and isinstance(base, Fraction):
        bits = max(base.numerator.bit_length(), base.denominator.bit_length())
        if bits * abs(whole) <= LARGEST:
            return Fraction(base**whole)
    if base < 0 and whole is None:
        raise UndefinedError("A power of a negative number.")
    return _inexact_power(to_decimal(base), to_decimal(exponent))


@functools.lru_cache(maxsize=1024)
def _inexact_power(base: Decimal, exponent: Decimal) -> Decimal:
    """Remembered, since each takes 0.2 ms, and a formula may have the same one again and again."""
    return Decimal(base**exponent)


def root(number: Scalar) -> Scalar:
    """The square root, exact where it is rational."""
    if number < 0:
        raise UndefinedError("The root of a negative number.")
    if isinstance(number, Fraction):
        top, bottom = math.isqrt(number.numerator), math.isqrt(number.denominator)
        if top * top == number.numerator and bottom * bottom == number.denominator:
            return Fraction(top, bottom)
    return to_decimal(number).sqrt()


def least(a: Scalar, b: Scalar) -> Scalar:
    """The smaller number."""
    return a if to_decimal(a) <= to_decimal(b) else b


def greatest(a: Scalar, b: Scalar) -> Scalar:
    """The larger number."""
    return a if to_decimal(a) >= to_decimal(b) else b


plus = _arithmetic(operator.add)
minus = _arithmetic(operator.sub)
times = _arithmetic(operator.mul)
quotient = _arithmetic(operator.truediv)


def whole(number: Scalar) -> int:
    """The whole number that this is. Raises UndefinedError, or UndecidedError where 60 digits do not tell."""
    if isinstance(number, Fraction) and number.denominator == 1:
        return number.numerator
    if isinstance(number, Decimal):
        compare(number, Fraction(int(number.to_integral_value())))
    raise UndefinedError("A whole number is needed.")
