"""Logarithms, angles, hyperbolic functions: exact where the outcome is rational, else to 60 digits.

They are computed by Taylor's series in Python's decimals, with digits to spare for what cancels.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import wraps

from questions.variants.exact.numbers import CONTEXT, DIGITS, LARGEST, Scalar, UndefinedError, to_decimal

PI = Decimal("3.1415926535897932384626433832795028841971693993751058209749445923078164062862089986280348253421170679")
"""Circumference over diameter, to 100 digits."""
E = Decimal("2.718281828459045235360287471352662497757247093699959574966967627724076630353547594571382178525166427")
SPARE = 35
"""Digits beyond 60 that are computed with."""
VANISHED = Decimal(10) ** -50
"""A sine that is smaller, of an angle that is no fraction, is zero as far as can be seen."""
SINES = {0: Fraction(0), 30: Fraction(1, 2), 90: Fraction(1), 150: Fraction(1, 2), 180: Fraction(0)}
SINES |= {180 + angle: -sine for angle, sine in SINES.items()}
"""The sines that are rational, by their degrees (Niven's theorem)."""
ARCSINES: dict[Scalar, Fraction] = {sine: Fraction(angle) for angle, sine in SINES.items() if angle <= 90}
ARCSINES |= {-sine: -angle for sine, angle in ARCSINES.items()}


def precise(function: Callable[..., Scalar]) -> Callable[..., Scalar]:
    """The function, computed with digits to spare, its value rounded to 60."""

    @wraps(function)
    def compute(*numbers: Scalar) -> Scalar:
        with localcontext(CONTEXT) as context:
            context.prec = DIGITS + SPARE
            value = function(*numbers)
        return value if isinstance(value, Fraction) else CONTEXT.plus(value)

    return compute


def exponential(number: Scalar) -> Scalar:
    """e to the power of the number."""
    return to_decimal(number).exp() if number else Fraction(1)


@precise
def logarithm(number: Scalar, base: Scalar | None = None) -> Scalar:
    """The natural logarithm, or that to a base: exact for its powers. Raises UndefinedError."""
    if number <= 0 or (base is not None and (base <= 0 or base == 1)):
        raise UndefinedError("The logarithm of what is not above 0.")
    if number == 1:
        return Fraction(0)
    natural = to_decimal(number).ln()
    if base is None:
        return natural
    result = natural / to_decimal(base).ln()
    whole = int(result.to_integral_value())
    if isinstance(base, Fraction) and abs(whole) < LARGEST // 10 and abs(result - whole) < VANISHED:
        return Fraction(whole) if number == base**whole else result
    return result


# Angles


@precise
def sine(angle: Scalar) -> Scalar:
    """The sine of radians."""
    return _sine(to_decimal(angle)) if angle else Fraction(0)


@precise
def cosine(angle: Scalar) -> Scalar:
    """The cosine of radians."""
    return _sine(PI / 2 - to_decimal(angle)) if angle else Fraction(1)


def _sine(angle: Decimal) -> Scalar:
    turns = (angle / (2 * PI)).to_integral_value()
    rest = angle - 2 * PI * turns
    term = total = rest
    square, n = rest * rest, 1
    while abs(term) > Decimal(10) ** -(DIGITS + SPARE):
        n += 2
        term = -term * square / (n * (n - 1))
        total += term
    return Fraction(0) if abs(total) < VANISHED * (abs(turns) + 1) else total


@precise
def sine_of_degrees(angle: Scalar) -> Scalar:
    """The sine of degrees."""
    if isinstance(angle, Fraction) and (turned := angle % 360) in SINES:
        return SINES[int(turned)]
    return _sine(to_decimal(angle % 360 if isinstance(angle, Fraction) else angle) * PI / 180)


def cosine_of_degrees(angle: Scalar) -> Scalar:
    """The cosine of degrees."""
    return sine_of_degrees(90 - angle)


def tangent(angle: Scalar) -> Scalar:
    """The tangent of radians. Raises UndefinedError."""
    return _ratio(sine(angle), cosine(angle))


def tangent_of_degrees(angle: Scalar) -> Scalar:
    """The tangent of degrees. Raises UndefinedError."""
    if isinstance(angle, Fraction) and angle % 90 == 45:
        return Fraction(1) if angle % 180 == 45 else Fraction(-1)
    return _ratio(sine_of_degrees(angle), cosine_of_degrees(angle))


def _ratio(a: Scalar, b: Scalar) -> Scalar:
    if not b:
        raise UndefinedError("A division by zero.")
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a / b
    return to_decimal(a) / to_decimal(b)


@precise
def arctangent(number: Scalar) -> Scalar:
    """In radians, between right angles."""
    return _arctangent(to_decimal(number)) if number else Fraction(0)


def _arctangent(x: Decimal) -> Decimal:
    for _ in range(4):  # half the angle, four times
        x = x / (1 + (1 + x * x).sqrt())
    term = total = x
    square, n = x * x, 1
    while abs(term) > abs(x) * Decimal(10) ** -(DIGITS + SPARE):
        term, n = -term * square, n + 2
        total += term / n
    return 16 * total


@precise
def arcsine(number: Scalar) -> Scalar:
    """In radians, between right angles. Raises UndefinedError."""
    x = _within_one(number)
    if abs(x) == 1:
        return (PI / 2).copy_sign(x)
    return _arctangent(x / (1 - x * x).sqrt()) if x else Fraction(0)


@precise
def arccosine(number: Scalar) -> Scalar:
    """In radians, from 0 to π. Raises UndefinedError."""
    x = _within_one(number)
    if x == -1:
        return PI
    return 2 * _arctangent(((1 - x) / (1 + x)).sqrt()) if x != 1 else Fraction(0)


def _within_one(number: Scalar) -> Decimal:
    if not -1 <= number <= 1:
        raise UndefinedError("There is no angle of that sine or cosine.")
    return to_decimal(number)


@precise
def direction(y: Scalar, x: Scalar) -> Scalar:
    """The angle of a point from the first axis, above -π and up to π. Raises UndefinedError."""
    if not x and not y:
        raise UndefinedError("The origin has no direction.")
    if not y:
        return Fraction(0) if x > 0 else PI
    if not x:
        return (PI / 2).copy_sign(to_decimal(y))
    angle = _arctangent(to_decimal(y) / to_decimal(x))
    return angle if x > 0 else angle + PI.copy_sign(to_decimal(y))


def arcsine_in_degrees(number: Scalar) -> Scalar:
    """Exact for 0, halves and 1. Raises UndefinedError."""
    return ARCSINES[number] if number in ARCSINES else _degrees(arcsine(number))


def arccosine_in_degrees(number: Scalar) -> Scalar:
    """Exact for 0, halves and 1. Raises UndefinedError."""
    return 90 - ARCSINES[number] if number in ARCSINES else _degrees(arccosine(number))


def arctangent_in_degrees(number: Scalar) -> Scalar:
    """Exact for 0 and 1."""
    return Fraction(45 * number) if number in (-1, 0, 1) else _degrees(arctangent(number))


def direction_in_degrees(y: Scalar, x: Scalar) -> Scalar:
    """Exact along the axes and between them. Raises UndefinedError."""
    if isinstance(x, Fraction) and isinstance(y, Fraction) and (not x or not y or abs(x) == abs(y)):
        return Fraction(round(_degrees(direction(y, x))))
    return _degrees(direction(y, x))


def _degrees(angle: Scalar) -> Decimal:
    return to_decimal(angle) * 180 / PI


def to_degrees(angle: Scalar) -> Scalar:
    """Radians in degrees."""
    return _degrees(angle) if angle else Fraction(0)


def to_radians(angle: Scalar) -> Scalar:
    """Degrees in radians."""
    return to_decimal(angle) * PI / 180 if angle else Fraction(0)


# Hyperbolic functions


@precise
def hyperbolic_sine(number: Scalar) -> Scalar:
    """Half the difference of two exponentials."""
    power = to_decimal(number).exp()
    return (power - 1 / power) / 2 if number else Fraction(0)


@precise
def hyperbolic_cosine(number: Scalar) -> Scalar:
    """Half the sum of two exponentials."""
    power = to_decimal(number).exp()
    return (power + 1 / power) / 2 if number else Fraction(1)


@precise
def hyperbolic_tangent(number: Scalar) -> Scalar:
    """Sine over cosine."""
    x = to_decimal(number)
    if abs(x) > 200:
        return Decimal(1).copy_sign(x)
    power = (2 * x).exp()
    return (power - 1) / (power + 1) if number else Fraction(0)


@precise
def area_sine(number: Scalar) -> Scalar:
    """The inverse of the hyperbolic sine."""
    x = abs(to_decimal(number))
    return (x + (x * x + 1).sqrt()).ln().copy_sign(to_decimal(number)) if number else Fraction(0)


@precise
def area_cosine(number: Scalar) -> Scalar:
    """The inverse of the hyperbolic cosine. Raises UndefinedError."""
    if number < 1:
        raise UndefinedError("No hyperbolic cosine is below 1.")
    x = to_decimal(number)
    return (x + (x * x - 1).sqrt()).ln() if number != 1 else Fraction(0)


@precise
def area_tangent(number: Scalar) -> Scalar:
    """The inverse of the hyperbolic tangent. Raises UndefinedError."""
    if not -1 < number < 1:
        raise UndefinedError("Hyperbolic tangents are between -1 and 1.")
    x = to_decimal(number)
    return ((1 + x) / (1 - x)).ln() / 2 if number else Fraction(0)
