"""Angles and hyperbolic functions. `sin` and its like take radians, `sind` and its like degrees.

Of what is a whole number of right angles, halves or thirds of them in degrees, sines are what they are: `sind(30)` is a
half, `cosd(90)` zero. In radians `sin(pi)` is zero too: what is left of it is less than π was rounded by.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import numpy as np

from questions.variants.exact import elementary as exact
from questions.variants.functions.arrays import Array, Function, elementwise, minus, over_numbers, settled, stable

DEGREES = 180 / np.pi
REST = 2.0**-50
"""Of an angle: what its rounding leaves of a sine that is zero."""


def sine(x: Array) -> Array:
    """The sine of radians."""
    return _without_rest(x, settled(np.sin(x), exact.sine, x))


def cosine(x: Array) -> Array:
    """The cosine of radians."""
    return _without_rest(x, settled(np.cos(x), exact.cosine, x))


def _without_rest(x: Array, y: Array) -> Array:
    return np.where(np.abs(y) < np.abs(x) * REST, 0.0, y)


def sine_of_degrees(x: Array) -> Array:
    """The sine of degrees, which are brought to a right angle without rounding."""
    turned = np.fmod(x, 360)
    sign, angle = np.where(turned < 0, -1.0, 1.0), np.abs(turned)
    sign, angle = np.where(angle > 180, -sign, sign), np.where(angle > 180, angle - 180, angle)
    return sign * _sine_to_90(np.where(angle > 90, 180 - angle, angle))


def cosine_of_degrees(x: Array) -> Array:
    """The cosine of degrees."""
    angle = np.fmod(np.abs(x), 360)
    angle = np.where(angle > 180, 360 - angle, angle)
    sign, angle = np.where(angle > 90, -1.0, 1.0), np.where(angle > 90, 180 - angle, angle)
    y = settled(np.cos(angle * (np.pi / 180)), exact.cosine_of_degrees, angle)
    return np.asarray(sign * np.where(angle == 90, 0.0, np.where(angle == 60, 0.5, y)))


def _sine_to_90(angle: Array) -> Array:
    y = settled(np.sin(angle * (np.pi / 180)), exact.sine_of_degrees, angle)
    return np.where(angle == 90, 1.0, np.where(angle == 30, 0.5, y))


def _settled(ufunc: Callable[..., Array], exactly: Callable[..., Fraction | Decimal]) -> Function:
    return elementwise(lambda x: settled(ufunc(x), exactly, x))


def _of_ratio(ufunc: Callable[..., Array], exactly: Callable[..., Fraction | Decimal]) -> Function:
    """The angle of a sine or cosine: one that is 1 but for its rounding is 1, as between parallel vectors."""

    def compute(x: Array) -> Array:
        x = np.where(minus(np.abs(x), np.ones(1)) == 0, np.sign(x), x)
        return settled(ufunc(x), exactly, x)

    return elementwise(compute)


def _directed(
    y: Array, x: Array, unit: float = 1.0, exactly: Callable[..., Fraction | Decimal] = exact.direction
) -> Array:
    y, x = np.broadcast_arrays(y, x)
    return settled(np.where((x == 0) & (y == 0), np.nan, np.arctan2(y, x) * unit), exactly, y, x)


FUNCTIONS: dict[str, Function] = {
    "sin": elementwise(sine),
    "cos": elementwise(cosine),
    "tan": elementwise(lambda x: stable(sine(x) / cosine(x))),
    "asin": _of_ratio(np.arcsin, exact.arcsine),
    "acos": _of_ratio(np.arccos, exact.arccosine),
    "atan": _settled(np.arctan, exact.arctangent),
    "atan2": over_numbers(_directed, 2),
    "sind": elementwise(sine_of_degrees),
    "cosd": elementwise(cosine_of_degrees),
    "tand": elementwise(lambda x: stable(sine_of_degrees(x) / cosine_of_degrees(x))),
    "asind": _of_ratio(lambda x: np.arcsin(x) * DEGREES, exact.arcsine_in_degrees),
    "acosd": _of_ratio(lambda x: np.arccos(x) * DEGREES, exact.arccosine_in_degrees),
    "atand": _settled(lambda x: np.arctan(x) * DEGREES, exact.arctangent_in_degrees),
    "atan2d": over_numbers(functools.partial(_directed, unit=DEGREES, exactly=exact.direction_in_degrees), 2),
    "radians": elementwise(lambda x: np.asarray(x * (np.pi / 180))),
    "degrees": elementwise(lambda x: np.asarray(x * DEGREES)),
    "sinh": _settled(np.sinh, exact.hyperbolic_sine),
    "cosh": _settled(np.cosh, exact.hyperbolic_cosine),
    "tanh": _settled(np.tanh, exact.hyperbolic_tangent),
    "asinh": _settled(np.arcsinh, exact.area_sine),
    "acosh": _settled(np.arccosh, exact.area_cosine),
    "atanh": _settled(np.arctanh, exact.area_tangent),
}
