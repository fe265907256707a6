"""When a typed number is right, and how a key is written for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import TypeVar

import numpy as np

from questions.kinds.asked_number import PER_CENT, POINTS, SHARES, AskedNumber, AskedPrecision
from questions.kinds.responses import ResponseError
from questions.variants import audit, number_forms, numbers, templates
from questions.variants import tolerance as tolerances
from questions.variants.engine import Number, Variant
from questions.variants.unit_table import Unit, symbols
from questions.variants.units import Quantity, UnitError, read_quantity

ReadT = TypeVar("ReadT")
TypedT = TypeVar("TypedT")

POINTS_SPELT = ("percentage points", "percentage point", "percent points", "points", "point", "p.p.", "pp", "pts")
PER_CENT_SPELT = ("%", "percent", "per cent")
SPELLINGS = {"percentage points": (*POINTS_SPELT, *PER_CENT_SPELT), **dict.fromkeys(PER_CENT_SPELT, PER_CENT_SPELT)}
"""How units are written besides."""
TEMPERATURES = ((("K", 1),), (("°C", 1),), (("°F", 1),))
"""Dimensions between which a number is not converted: whether 5 K is a temperature or a difference is not known."""


@dataclass(frozen=True)
class TypedNumber:
    """What was typed, as it was, and in the unit of what is asked; None where its unit measures something else."""

    typed: numbers.Reading
    unit: Unit | None
    converted: numbers.Reading | None


@dataclass(frozen=True)
class NumberGrade:
    """The score of a number, the place of the mistake that it is, and what else is said of it."""

    score: float
    mistake: int | None = None
    message: str = ""
    is_other_form: bool = False
    """Whether the number is right, and its form alone is not what is asked for."""


def read_number(asked: AskedNumber, text: str, *, needs_unit: bool = True) -> TypedNumber:
    """What was typed, with its unit or without. Raises ResponseError, also where the unit is asked for and missing."""
    own = asked.known_unit
    if asked.form == "mixed":
        text = _refusing(number_forms.spell_mixed, text)
    if own is None:
        reading = _refusing(numbers.read, _without_unit(asked.unit or "", text))
        return TypedNumber(reading, None, reading)
    quantity = _refusing(read_share if own in SHARES.values() else read_quantity, text)
    if quantity.unit is None:
        if needs_unit and asked.units != "shown":
            sign = f": {own.text}" if own in SHARES.values() else ""
            raise ResponseError("value", f"Write the unit, too, behind the number{sign}.")
        return TypedNumber(quantity.reading, None, quantity.reading)
    if quantity.unit.fits(own):
        factor = quantity.unit.scale / own.scale
        values = tuple(value * factor for value in quantity.reading.values)
        return TypedNumber(quantity.reading, quantity.unit, replace(quantity.reading, values=values))
    if own.dimension in TEMPERATURES and quantity.unit.text in ("C", "F", "K", "°C", "°F"):
        raise ResponseError("value", f"Give the temperature in {own.text}.")
    return TypedNumber(quantity.reading, quantity.unit, None)


def read_share(text: str) -> Quantity:
    """A number with the sign of per cent, or of percentage points, or without either. Raises numbers.NumberError."""
    bare = text.strip()
    for unit, spellings in ((POINTS, POINTS_SPELT), (PER_CENT, PER_CENT_SPELT)):
        for spelling in spellings:
            if bare.casefold().endswith(spelling):
                return Quantity(numbers.read(bare[: -len(spelling)]), unit)
    return Quantity(numbers.read(bare), None)


def read_shown(reading: str, text: str) -> str:
    """How a number is read, for people; `reading` says what is asked for, or which unit stands behind the field.

    Raises ResponseError.
    """
    if reading == "mixed":
        text = _refusing(number_forms.spell_mixed, text)
    if reading == "%":
        return _refusing(read_share, text).echo
    bare = _without_unit(reading, text)
    if bare != text.strip():
        return _refusing(numbers.read, bare).echo
    return _refusing(read_quantity, text).echo


def _without_unit(unit: str, text: str) -> str:
    """The text before a unit that has no sign of its own (“neurons”, “%”), without regard to its capitals."""
    bare, unit = text.strip(), unit.casefold()
    for spelling in (unit, *SPELLINGS.get(unit, ())):
        if spelling and bare.casefold().endswith(spelling):
            return bare[: -len(spelling)]
    return bare


def _refusing(read: Callable[[TypedT], ReadT], typed: TypedT) -> ReadT:
    try:
        return read(typed)
    except (numbers.NumberError, UnitError) as error:
        raise ResponseError("value", str(error)) from None


def grade_number(asked: AskedNumber, variant: Variant, text: str) -> NumberGrade:
    """Grade a number with its unit: a wrong unit is told from a wrong number. Raises ResponseError."""
    answer = read_number(asked, text)
    unit, own = answer.unit, asked.known_unit
    if asked.exact_digits:  # What has two readings is sent back, whether it is right or wrong.
        _refusing(partial(_lack, asked), answer.typed)
    if answer.converted is not None:
        correct, mistake = judge(asked, variant, answer.converted)
        is_other = unit is not None and own is not None and unit.scale != own.scale
        if correct and asked.units == "stated" and is_other:
            return NumberGrade(asked.wrong_unit, message=f"That is right, but it is asked for in {asked.unit}.")
        if correct and (lack := _lack(asked, answer.typed)):
            said = f"That is the right value, but {lack}."
            return NumberGrade(asked.wrong_form, message=said, is_other_form=True)
        if correct or mistake is not None or not is_other:
            return NumberGrade(float(correct), mistake)
    assert unit
    if judge(asked, variant, answer.typed)[0]:
        return NumberGrade(asked.wrong_unit, message=f"The number is right for {asked.unit}, not for {unit.text}.")
    if answer.converted is not None:
        return NumberGrade(0.0)
    return NumberGrade(0.0, message=f"{unit.text} does not measure what is asked; {asked.unit} does.")


def _lack(asked: AskedNumber, typed: numbers.Reading) -> str:
    """What a number lacks of the form that is asked for; "" for nothing."""
    for numeral in typed.numerals:
        lack = number_forms.misses(asked.form, numeral) if asked.form else ""
        if asked.exact_digits and not lack:
            lack = number_forms.count_misses(numeral, asked.precision.digits)
        if lack:
            return lack
    return ""


def judge(asked: AskedNumber, variant: Variant, reading: numbers.Reading) -> tuple[bool, int | None]:
    """Whether a number is right, and else which of the expected mistakes it is. Raises ResponseError."""
    key, of = variant["key"], variant["of"]
    if isinstance(key, list) != reading.is_list or (isinstance(key, list) and len(key) != len(reading.values)):
        shape = f"a list of {len(key)} numbers, such as [1, 2.5]" if isinstance(key, list) else "one number"
        raise ResponseError("value", f"Write {shape}.")
    if _is_near(asked, reading.values, key, of):
        return True, None
    for place, value in enumerate(variant["mistakes"]):
        if value is not None and _is_near(asked, reading.values, value, of):
            return False, place
    return False, None


def allowed_errors(asked: AskedPrecision, keys: Sequence[float], of: Number | None) -> list[float]:
    """The largest error that is still right, for each number of a key."""
    scales = of if isinstance(of, list) else [of]
    return [
        tolerances.allowed_error(key, asked.precision, asked.allowed, scales[min(place, len(scales) - 1)])
        for place, key in enumerate(keys)
    ]


def show_key(asked: AskedPrecision, key: Number | None, of: Number | None) -> str:
    """A key, or a mistake's value, as a person writes it: as precisely as is asked, or as the tolerance needs."""
    if key is None:
        return "undefined"
    if isinstance(key, list):
        return "[" + ", ".join(show_key(asked, entry, of) for entry in key) + "]"
    if isinstance(asked, AskedNumber) and (asked.form in number_forms.WRITTEN or asked.exact_digits):
        return number_forms.write(asked.form, key, digits_of(asked, key, of))
    if asked.precision.decimals is not None:
        return templates.number(key, f".{asked.precision.decimals}f")
    return templates.number(key, f".{digits_of(asked, key, of)}g")


def digits_of(asked: AskedPrecision, key: float, of: Number | None) -> int:
    """How many significant digits a key is shown with: those that are asked, or that the tolerance needs."""
    precision = asked.precision
    digits = 15 if precision.exact else precision.digits
    if asked.allowed:
        scale = None if of is None else float(np.ravel(of)[0])
        allowed = tolerances.allowed_error(key, precision, asked.allowed, scale)
        while digits < 15 and abs(float(f"{key:.{digits}g}") - key) > allowed / 10:
            digits += 1
    return digits


def list_scales(asked: AskedNumber) -> dict[str, str]:
    """The signs of the units that measure what is asked, each with what it is of the asked unit, as a fraction."""
    own = asked.known_unit
    if own is None or asked.unit is None:
        return {}
    fitting = {sign: str(unit.scale / own.scale) for sign, unit in symbols().items() if unit.fits(own)}
    return {**fitting, asked.unit: "1"}


def with_unit(asked: AskedNumber, shown: str) -> str:
    """A key as it is written where the unit is part of the answer, and else as it is."""
    return shown if asked.units == "shown" else f"{shown} {asked.unit}"


def gate(asked: AskedNumber, few: str = "", steps: Sequence[AskedNumber] = ()) -> audit.Gate:
    """How the audit grades, and what it grades; `steps` are the numbers that a worked solution asks for."""

    def verdict(variant: Variant, typed: str) -> audit.Verdict:
        try:
            grade = grade_number(asked, variant, typed if asked.units == "shown" else f"{typed} {asked.unit}")
            return audit.Verdict(grade.score == 1, grade.mistake)
        except ResponseError:
            return audit.Verdict(None)

    precision = asked.precision

    def harmless(key: float) -> float:
        """What a key may be off; by nothing where errors are relative to another number, or to a rest that is zero."""
        is_relative = asked.tolerance is not None and asked.tolerance.of is not None
        if is_relative or (key == 0 and precision.decimals is None):
            return 0.0
        return tolerances.allowed_error(key, precision, asked.allowed, None)

    def in_form(key: float) -> str:
        return number_forms.write(asked.form, key, precision.digits if asked.tolerance is None else 15)

    rounded = precision.rounded if asked.asks_digits or asked.tolerance is None else repr
    return audit.Gate(
        grade=verdict,
        rounded=in_form if asked.form in number_forms.WRITTEN or asked.exact_digits else rounded,
        unit=precision.unit,
        neighbours=asked.tolerance is None and not precision.exact,
        allowed=harmless,
        few=few,
        steps=[gate(step) for step in steps],
        junk=("", "abc", "1 200/300" if asked.form == "mixed" else "1 2/3"),
    )


def numbers_of(value: Number) -> list[float]:
    """A key as a list, also where it is one number."""
    return value if isinstance(value, list) else [value]


def _is_near(asked: AskedNumber, typed: Sequence[Fraction], key: Number, of: Number | None) -> bool:
    keys = numbers_of(key)
    return len(typed) == len(keys) and tolerances.all_match(typed, keys, allowed_errors(asked, keys, of))
