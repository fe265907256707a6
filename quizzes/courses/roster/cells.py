"""What stands in the cells of a roster: each reader returns the value, or raises CellError with what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

LONGEST_NAME = 150
LONGEST_SECTION = 80
LONGEST_EMAIL = 254
MOST_EXTRA_TIME = 400
"""Per cent."""
DIGITS = "0123456789."
UNITS = {"percent": "%", "prozent": "%", "×": "x", "times": "x", "per": "/", "pro": "/", "an": "/"} | {
    "minutes": "min",
    "minuten": "min",
    "mins": "min",
    "min.": "min",
    "hour": "h",
    "stunde": "h",
    "std": "h",
}
"""Words of a unit, and what they are in short; one after the other."""
PERCENT: Mapping[str, Callable[[Decimal], Decimal]] = {
    "": lambda amount: amount,
    "%": lambda amount: amount,
    "x": lambda factor: (factor - 1) * 100,
    "min/h": lambda minutes: minutes * 100 / 60,
}
"""What an amount is in per cent, by its unit."""
NO_EXTRA_TIME = ("", "0", "no", "none", "-", "–", "nein")


class CellError(ValueError):
    """A cell cannot be read; says what to write."""


def read_name(text: str) -> str:
    """Return a name."""
    return _within(text, LONGEST_NAME)


def read_section(text: str) -> str:
    """Return the name of a section; empty for none."""
    return _within(text, LONGEST_SECTION)


def _within(text: str, longest: int) -> str:
    if len(text) > longest:
        raise CellError(f"It has {len(text):,} characters. Write at most {longest}.")
    return text


def read_email(text: str) -> str:
    """Return an address in small letters, also of `Ada <ada@example.org>`; empty for none."""
    if not text:
        return ""
    address = split_address(text)[1]
    try:
        if len(address) > LONGEST_EMAIL:
            raise CellError("This email address is too long.")
        validate_email(address)
    except ValidationError:
        raise CellError(f"“{text[:80]}” is not an email address. Write one such as ada@example.org.") from None
    return address.casefold()


def split_address(text: str) -> tuple[str, str]:
    """Return name and address of `Ada Lovelace <ada@example.org>`; of an address alone, no name."""
    before, bracket, after = text.partition("<")
    if not bracket:
        return "", text.strip().removeprefix("mailto:")
    return before.strip().strip('"').strip(), after.partition(">")[0].strip().removeprefix("mailto:")


def read_extra_time(text: str) -> int:
    """Return extra time in per cent, of `25`, `25 %`, `15 min per hour`, `15 min/h` or `1.25x`; 0 for none."""
    plain = text.casefold().replace(" ", "").replace(",", ".").removeprefix("+")
    if plain in NO_EXTRA_TIME:
        return 0
    if plain.startswith(("x", "×")):
        plain = plain[1:] + "x"
    unit = plain.lstrip(DIGITS)
    for word, short in UNITS.items():
        unit = unit.replace(word, short)
    amount = plain[: len(plain) - len(plain.lstrip(DIGITS))]
    if unit == "min":
        raise CellError(
            f"“{text[:40]}”: exams differ in length. Write minutes per hour, such as 15 min/h, or per cent."
        )
    try:
        percent = PERCENT[unit](Decimal(amount))
    except (KeyError, InvalidOperation):
        raise CellError(f"“{text[:40]}” cannot be read. Write per cent, such as 25, or 15 min/h.") from None
    if percent != int(percent) or not 0 <= percent <= MOST_EXTRA_TIME:
        raise CellError(f"“{text[:40]}”: write a whole number of per cent, from 0 to {MOST_EXTRA_TIME}.")
    return int(percent)
