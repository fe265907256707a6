"""The one reader of whole numbers that come from outside: in addresses, forms, files and options."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable


def read_whole_number(text: str, low: int, high: int) -> int | None:
    """Return the whole number from `low` to `high` that `text` is, in the digits 0 to 9; None for any other text.

    Longer text than `high` is refused unread, so that what is checked is what is used, and takes no time.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(high))):
        return None
    number = int(text)
    return number if low <= number <= high else None


def whole_number_between(low: int, high: int) -> Callable[[str], int]:
    """Return the type of a command's option that is a whole number from `low` to `high`."""

    def read(text: str) -> int:
        number = read_whole_number(text, low, high)
        if number is None:
            raise ArgumentTypeError(f"use a whole number from {low} to {high}")
        return number

    return read


def whole_numbers_between(low: int, high: int) -> Callable[[str], list[int]]:
    """Return the type of a command's option that is such numbers, separated by commas."""
    read = whole_number_between(low, high)
    return lambda text: [read(part) for part in text.split(",")]
