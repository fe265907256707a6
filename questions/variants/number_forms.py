"""Forms of a typed number: a right value may be asked for as a fraction, with so many digits, or in powers of ten.

A form is read off the numeral itself, not off its value: `2.50` has three significant digits, and `6/8` is not in
lowest terms.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Literal

from questions.variants.numbers import NumberError

Form = Literal["fraction", "mixed", "whole", "decimal", "scientific"]

EXACT: frozenset[Form] = frozenset({"fraction", "mixed", "whole"})
"""Forms that have no rounding."""
WRITTEN: frozenset[Form | None] = frozenset({*EXACT, "scientific"})
"""Forms in which a key is not written as any other number is."""
LARGEST_DENOMINATOR = 100_000
"""Of a key that is written as a fraction."""
HINTS: dict[Form, str] = {
    "fraction": "a fraction in lowest terms",
    "mixed": "a mixed number, such as 2 1/3",
    "whole": "a whole number",
    "decimal": "a decimal number",
    "scientific": "in scientific notation",
}

_NUMERAL = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+|\*10\^[-+]?\d+)?")
_POWER_ALONE = re.compile(r"[-+]?10\^[-+]?\d+")
_QUOTIENT = re.compile(r"[-+]?(\d+)(?:/(\d+))?")
_MIXED = re.compile(r"[-+]?(?:(\d+)\+)?(\d+)/(\d+)|[-+]?\d+")
_SPACED = re.compile(r"(?<![\d.,])(\d{1,9})[ \u00a0\u2009\u202f]{1,3}(\d{1,9})/(\d{1,9})(?![\d.,])")
_SPACED_LATEX = re.compile(r"(?<![\d.,])(\d{1,9}) ?\\[dt]?frac\{(\d{1,9})\}\{(\d{1,9})\}")
_LATEX = re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}")
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_GROUPS = str.maketrans("", "", "(){} ")


def spell_mixed(text: str) -> str:
    """The text with mixed numbers as sums, where they are asked for: `2 1/3` is (2+1/3), and has no other reading.

    Raises NumberError where three digits may belong to thousands.
    """

    def as_sum(match: re.Match[str]) -> str:
        whole, top, bottom = match.groups()
        if len(top) == 3:
            raise NumberError(
                f"“{match[0]}” has two readings: write {whole}{top}/{bottom} or {whole} + {top}/{bottom}."
            )
        return f"({whole}+{top}/{bottom})"

    return _SPACED_LATEX.sub(as_sum, _SPACED.sub(as_sum, text))


def misses(form: Form, numeral: str) -> str:
    """What a numeral lacks of a form, in words that follow “That is the right value, but”; "" for nothing."""
    return _CHECKS[form](_LATEX.sub(r"\1/\2", numeral).translate(_GROUPS).replace(",", "."))


def count_misses(numeral: str, digits: int) -> str:
    """What a numeral lacks of having so many significant digits, in such words.

    Raises NumberError for zeros before a point that may be digits or not.
    """
    match = _NUMERAL.fullmatch(numeral.translate(_GROUPS).replace(",", "."))
    if not match:
        return "not worked out: write it as a decimal number"
    shown = match[1].replace(".", "").lstrip("0")
    least = len(shown) if "." in match[1] else len(shown.rstrip("0"))
    if not shown or least == digits == len(shown):
        return ""
    if least <= digits <= len(shown):
        raise NumberError(
            f"“{numeral}” may have {least} to {len(shown)} significant digits. "
            "Write the number with a point and a power of ten, such as 4.70e3 for 4700 with three digits."
        )
    has = least if digits < least else len(shown)
    return f"with {has} significant digit{'s' * (has != 1)}, not {digits}"


def _fraction(numeral: str) -> str:
    match = _QUOTIENT.fullmatch(numeral)
    if not match:
        return "not as a fraction of whole numbers"
    return "" if _is_lowest(match[1], match[2]) else "not in lowest terms"


def _mixed(numeral: str) -> str:
    match = _MIXED.fullmatch(numeral)
    if not match or (match[3] and int(match[2]) >= int(match[3])) or match[1] == "0":
        return "not as a mixed number"
    return "" if match[3] is None or _is_lowest(match[2], match[3]) else "not in lowest terms"


def _is_lowest(top: str, bottom: str | None) -> bool:
    return bottom is None or (bottom != "1" and math.gcd(int(top), int(bottom)) == 1)


def _whole(numeral: str) -> str:
    return "" if re.fullmatch(r"[-+]?\d+", numeral) else "not as a whole number"


def _decimal(numeral: str) -> str:
    return "" if _NUMERAL.fullmatch(numeral) else "not worked out: write it as a decimal number"


def _scientific(numeral: str) -> str:
    match = _NUMERAL.fullmatch(numeral)
    if _POWER_ALONE.fullmatch(numeral):
        return ""
    if not match or (not match[2] and not 1 <= float(match[1]) < 10):
        return "not in scientific notation"
    return "" if 1 <= float(match[1]) < 10 else "the number before the power of ten has to be from 1 to below 10"


_CHECKS: dict[Form, Callable[[str], str]] = {
    "fraction": _fraction,
    "mixed": _mixed,
    "whole": _whole,
    "decimal": _decimal,
    "scientific": _scientific,
}


def write(form: Form | None, key: float, digits: int) -> str:
    """A key in a form, with so many significant digits, zeros at the end included."""
    if form in EXACT:
        fraction = Fraction(key).limit_denominator(LARGEST_DENOMINATOR)
        return _write_fraction(fraction, is_mixed=form == "mixed")
    text = f"{key:#.{digits}g}".removesuffix(".")
    if form == "scientific" or "e" in text or ("." not in text and text.endswith("0")):
        mantissa, _, power = f"{key:.{digits - 1}e}".partition("e")
        text = f"{mantissa} × 10{str(int(power)).translate(_RAISED)}"
    return text.replace("-", "−")


def _write_fraction(value: Fraction, *, is_mixed: bool) -> str:
    sign = "−" if value < 0 else ""
    whole, top = divmod(abs(value.numerator), value.denominator)
    if not top:
        return f"{sign}{whole}"
    if is_mixed and whole:
        return f"{sign}{whole} {top}/{value.denominator}"
    return f"{sign}{abs(value.numerator)}/{value.denominator}"
