"""When a typed number is right, and how a key is written for people."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from questions.kinds.numeric.body import Body
from questions.kinds.responses import ResponseError
from questions.variants import audit, numbers, templates
from questions.variants import tolerance as tolerances
from questions.variants.engine import Number, Variant

SPELLINGS = {
    "percentage points": ("percentage point", "percent points", "points", "point", "p.p.", "pp", "pts", "percent", "%")
}
"""How units are written besides."""


def read_number(body: Body, text: str) -> numbers.Reading:
    """What was typed, with or without the unit. Raises ResponseError."""
    bare = text.strip()
    unit = body.unit.casefold() if body.unit else ""
    for spelling in (unit, *SPELLINGS.get(unit, ())):
        if spelling and bare.casefold().endswith(spelling):
            bare = bare[: -len(spelling)]
            break
    try:
        return numbers.read(bare)
    except numbers.NumberError as error:
        raise ResponseError("value", str(error)) from None


def judge(body: Body, variant: Variant, reading: numbers.Reading) -> tuple[bool, int | None]:
    """Whether a number is right, and else which of the expected mistakes it is. Raises ResponseError."""
    key, of = variant["key"], variant["of"]
    if isinstance(key, list) != reading.is_list or (isinstance(key, list) and len(key) != len(reading.values)):
        shape = f"a list of {len(key)} numbers, such as [1, 2.5]" if isinstance(key, list) else "one number"
        raise ResponseError("value", f"Write {shape}.")
    if _is_near(body, reading.values, key, of):
        return True, None
    for place, value in enumerate(variant["mistakes"]):
        if value is not None and _is_near(body, reading.values, value, of):
            return False, place
    return False, None


def allowed_errors(body: Body, keys: Sequence[float], of: Number | None) -> list[float]:
    """The largest error that is still right, for each number of a key."""
    scales = of if isinstance(of, list) else [of]
    return [
        tolerances.allowed_error(key, body.precision, body.allowed, scales[min(place, len(scales) - 1)])
        for place, key in enumerate(keys)
    ]


def show_key(body: Body, key: Number | None, of: Number | None) -> str:
    """A key, or a mistake's value, as a person writes it: as precisely as is asked, or as the tolerance needs."""
    if key is None:
        return "undefined"
    precision = body.precision
    if isinstance(key, list):
        return "[" + ", ".join(show_key(body, entry, of) for entry in key) + "]"
    if precision.decimals is not None:
        return templates.number(key, f".{precision.decimals}f")
    digits = 15 if precision.exact else precision.digits
    if body.allowed:
        allowed = tolerances.allowed_error(key, precision, body.allowed, None if of is None else float(np.ravel(of)[0]))
        while digits < 15 and abs(float(f"{key:.{digits}g}") - key) > allowed / 10:
            digits += 1
    return templates.number(key, f".{digits}g")


def gate(body: Body) -> audit.Gate:
    """How the audit grades, and what it grades."""

    def verdict(variant: Variant, typed: str) -> audit.Verdict:
        try:
            return audit.Verdict(*judge(body, variant, read_number(body, typed)))
        except ResponseError:
            return audit.Verdict(None)

    precision = body.precision

    def harmless(key: float) -> float:
        """What a key may be off; by nothing where errors are relative to another number, or to a rest that is zero."""
        is_relative = body.tolerance is not None and body.tolerance.of is not None
        if is_relative or (key == 0 and precision.decimals is None):
            return 0.0
        return tolerances.allowed_error(key, precision, body.allowed, None)

    return audit.Gate(
        grade=verdict,
        rounded=precision.rounded if body.asks_digits or body.tolerance is None else repr,
        unit=precision.unit,
        neighbours=body.tolerance is None and not precision.exact,
        allowed=harmless,
        few=body.few,
    )


def numbers_of(value: Number) -> list[float]:
    """A key as a list, also where it is one number."""
    return value if isinstance(value, list) else [value]


def _is_near(body: Body, typed: Sequence[Fraction], key: Number, of: Number | None) -> bool:
    keys = numbers_of(key)
    return len(typed) == len(keys) and tolerances.all_match(typed, keys, allowed_errors(body, keys, of))
