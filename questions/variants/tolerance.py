"""When a typed number is right.

By default an answer is right when it equals the key rounded to the digits that are asked, or comes closer: its error
is at most half a unit of the last asked digit. An item may state the expression whose relative error counts: for the
decay factor 1 - ηλ that is ηλ, so that "1" is wrong where 0.99999 is right.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

SLACK = 1e-9
"""Of the allowed error, for what is lost in binary fractions."""
ROUNDING = 2.0**-50
"""Of the key, for the same."""


@dataclass(frozen=True)
class Precision:
    """What an item asks for: `digits` significant digits, `decimals`, or the `exact` number."""

    digits: int = 3
    decimals: int | None = None
    exact: bool = False

    @property
    def hint(self) -> str:
        """For the student."""
        if self.exact:
            return "exact"
        if self.decimals is not None:
            return "a whole number" if self.decimals == 0 else f"{self.decimals} decimal{'s' * (self.decimals > 1)}"
        return f"{self.digits} significant digit{'s' * (self.digits > 1)}"

    def unit(self, key: float) -> float:
        """One unit of the last asked digit of `key`."""
        if self.decimals is not None:
            return 10.0**-self.decimals
        if key == 0:
            return 10.0**-self.digits
        return 10.0 ** (math.floor(math.log10(abs(key))) - self.digits + 1)

    def rounded(self, key: float) -> str:
        """`key` as a student would type it: rounded to what is asked."""
        if self.exact:
            return repr(int(key)) if key == int(key) else repr(key)
        if self.decimals is not None:
            return f"{key:.{self.decimals}f}"
        return f"{key:.{self.digits - 1}e}"


@dataclass(frozen=True)
class Tolerance:
    """An allowed error of an item's own: `rtol` of the key (or of `of`), or `atol`; the larger counts."""

    rtol: float | None = None
    atol: float | None = None


def allowed_error(key: float, precision: Precision, tolerance: Tolerance | None, of: float | None) -> float:
    """The largest error that is still right."""
    if tolerance is not None and (tolerance.rtol is not None or tolerance.atol is not None):
        scale = abs(key if of is None else of)
        return max((tolerance.rtol or 0.0) * scale, tolerance.atol or 0.0)
    if precision.exact:
        return 0.0 if key.is_integer() else 1e-12 * abs(key)
    return precision.unit(key) / 2


def matches(typed: Fraction, key: float, allowed: float) -> bool:
    """Whether `typed` is within `allowed` of `key`."""
    # Nearly always binary fractions tell; what is too close to the limit for them is computed exactly.
    try:
        about = float(typed)
    except OverflowError:
        return False
    error, limit = abs(about - key), allowed * (1 + SLACK) + abs(key) * ROUNDING
    doubt = (abs(about) + abs(key) + allowed) * ROUNDING
    if abs(error - limit) > doubt:
        return error < limit
    return abs(typed - Fraction(key)) <= Fraction(allowed) * Fraction(1 + SLACK) + Fraction(abs(key)) * Fraction(
        ROUNDING
    )


def all_match(typed: Sequence[Fraction], key: Sequence[float], allowed: Sequence[float]) -> bool:
    """`matches`, for each entry of a list of the same length."""
    return len(typed) == len(key) and all(map(matches, typed, key, allowed))
