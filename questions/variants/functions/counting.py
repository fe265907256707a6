"""Factorials, ways to choose, common divisors: of whole numbers, computed as such and rounded once.

Whoever is no whole number, is negative or gives too large a number has no value.
"""

from __future__ import annotations

import math

from questions.variants.functions.arrays import Function, each_by_itself, to_whole

MOST = 1000
"""Things that are chosen from, or put in order."""
WEIGHT = 1500


def factorial(number: float) -> int:
    """n! Raises ValueError."""
    return math.factorial(_counted(number))


def choose(number: float, chosen: float) -> int:
    """In how many ways k of n things are chosen. Raises ValueError."""
    return math.comb(_counted(number), _counted(chosen))


def arrange(number: float, chosen: float) -> int:
    """In how many ways k of n things are put in a row. Raises ValueError."""
    return math.perm(_counted(number), _counted(chosen))


def _counted(number: float) -> int:
    count = to_whole(number)
    if not 0 <= count <= MOST:
        raise ValueError(f"{count} is not from 0 to {MOST}.")
    return count


FUNCTIONS: dict[str, Function] = {
    "factorial": each_by_itself(factorial, 1, 1, WEIGHT),
    "comb": each_by_itself(choose, 2, 2, WEIGHT),
    "perm": each_by_itself(arrange, 2, 2, WEIGHT),
    "gcd": each_by_itself(lambda *numbers: math.gcd(*map(to_whole, numbers)), 2, 8, WEIGHT),
    "lcm": each_by_itself(lambda *numbers: math.lcm(*map(to_whole, numbers)), 2, 8, WEIGHT),
}
