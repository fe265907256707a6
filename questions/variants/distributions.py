"""Normal, binomial and Poisson numbers from tables: the same bits give the same number on every machine.

A table holds the values on a decimal grid and, between them, cumulative probabilities times 2^32 as whole numbers. They
are computed by fractions and by decimals of 50 digits, never by a machine's `exp` or `erf`, whose last digits differ.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from fractions import Fraction
from math import comb

import numpy as np
from numpy.typing import NDArray

MAX_VALUES = 2000
DIGITS = 50
TAIL = 4
"""Standard deviations on either side in which normal numbers are drawn: all but 6 in 100,000 of them."""
ONE = 2**32

Table = tuple[NDArray[np.float64], NDArray[np.uint64]]
"""Values (n,) and the thresholds between them (n - 1,)."""


class DistributionError(ValueError):
    """A distribution with parameters that it cannot have."""


def tabulate(name: str, numbers: Sequence[Decimal], digits: int) -> Table | None:
    """The table of a distribution, of normal numbers with so many significant digits; None if there is none so called.

    Raises DistributionError.
    """
    match name, len(numbers):
        case "normal", 2:
            return _normal(numbers[0], numbers[1], digits)
        case "binomial", 2:
            return _binomial(numbers[0], numbers[1])
        case "poisson", 1:
            return _poisson(numbers[0])
    return None


def _normal(mean: Decimal, deviation: Decimal, digits: int) -> Table:
    """Numbers of a grid as fine as the largest of them needs for its digits, each as likely as what rounds to it."""
    if deviation <= 0 or not 1 <= digits <= 6:
        raise DistributionError("A normal number has a deviation above 0, and 1 to 6 digits")
    low, high = mean - TAIL * deviation, mean + TAIL * deviation
    step = Decimal(1).scaleb(max(abs(low), abs(high)).adjusted() - digits + 1)
    first = (low / step).to_integral_value(ROUND_CEILING)
    last = (high / step).to_integral_value(ROUND_FLOOR)
    if not 2 <= last - first + 1 <= MAX_VALUES:
        raise DistributionError(f"Choose digits that give 2 to {MAX_VALUES} different numbers")
    with localcontext() as context:
        context.prec = DIGITS
        values = [(first + place) * step for place in range(int(last - first) + 1)]
        ends = [cumulative((value - step / 2 - mean) / deviation) for value in (*values, values[-1] + step)]
        return _table(values, [(end - ends[0]) / (ends[-1] - ends[0]) for end in ends[1:-1]])


def cumulative(z: Decimal) -> Decimal:
    """The standard normal distribution function, in the precision of the context.

    Source: Abramowitz and Stegun, 26.2.11: 1/2 + φ(z) (z + z³/3 + z⁵/(3·5) + …), all terms of one sign.
    """
    term = total = z
    for odd in itertools.count(3, 2):
        term = term * z * z / odd
        if total + term == total:
            break
        total += term
    return Decimal("0.5") + total * (-z * z / 2).exp() / (2 * _pi()).sqrt()


@functools.cache
def _pi() -> Decimal:
    """π by Machin's formula: 16 arctan(1/5) - 4 arctan(1/239)."""
    with localcontext() as context:
        context.prec = DIGITS + 5
        return 16 * _arctan_of_inverse(5) - 4 * _arctan_of_inverse(239)


def _arctan_of_inverse(n: int) -> Decimal:
    power = total = Decimal(1) / n
    for odd in itertools.count(3, 2):
        power = -power / (n * n)
        if total + power / odd == total:
            return total
        total += power / odd
    raise AssertionError


def _binomial(count: Decimal, probability: Decimal) -> Table:
    """How many of `count` tries succeed: C(n, k) p^k (1 - p)^(n - k), by fractions."""
    if count != int(count) or not 1 <= count <= 200 or not 0 < probability < 1:
        raise DistributionError("binomial(n, p) has 1 to 200 tries, and a probability between 0 and 1")
    n, p = int(count), Fraction(probability)
    shares = [comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    return _table([Decimal(k) for k in range(n + 1)], list(itertools.accumulate(shares))[:-1])


def _poisson(mean: Decimal) -> Table:
    """Events where `mean` are expected: exp(-m) m^k / k!, up to where less than one in 2^32 is left."""
    if not 0 < mean <= 100:
        raise DistributionError("poisson(mean) has a mean above 0 and up to 100")
    with localcontext() as context:
        context.prec = DIGITS
        share = (-mean).exp()
        ends = [share]
        while (1 - ends[-1]) * ONE >= 1:
            share = share * mean / len(ends)
            ends.append(ends[-1] + share)
        return _table([Decimal(k) for k in range(len(ends))], ends[:-1])


def _table(values: Sequence[Decimal], ends: Sequence[Decimal] | Sequence[Fraction]) -> Table:
    thresholds = [int(end * ONE) for end in ends]
    return np.array([float(value) for value in values]), np.array(thresholds, dtype=np.uint64)
