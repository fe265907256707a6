"""Lists and sets of numbers as students type them: `1, 2, 3`, `[1 2 3]`, `{1; 2,5}`, `x = 2 or x = -3`, `1 ± √2`.

Where there is a semicolon, commas are those of decimals. A comma without a space between two digits has two readings
unless brackets, or more such commas, show that it separates.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from fractions import Fraction

from questions.variants import numbers
from questions.variants.numbers import NumberError
from questions.variants.templates import number as set_number

MAX_CHARACTERS = 2000
MAX_NUMBERS = 100
EXAMPLE = "Write numbers with commas between: 1, 2.5, 1/3."

BRACKETS = {"[": "]", "(": ")", "{": "}"}
EMPTY = frozenset({"∅", "Ø", "\\emptyset", "\\varnothing", "{}", "[]", "()", "none", "no solution", "no solutions"})
_LATEX = {"\\left": "", "\\right": "", "\\{": "{", "\\}": "}", "$": "", "\\pm": "±", "+/-": "±", "\\lor": " or "}
_WORD = re.compile(r",? (?:or|and) ")
_TIGHT = re.compile(r"(?<=\d),(?=\d)")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+")
_GAPS = re.compile(r"(?<!\d)\d{1,3} \d{3}(?!\d)")
_NAMED = re.compile(r"^[^\W\d_](?:_?\{?\d{1,2}\}?)? ?= ?")
_DIFFERENCE = re.compile(r"[\d.)] +[-+][\d.(]")


def read_list(text: str, *, is_ordered: bool = True) -> tuple[Fraction, ...]:
    """The numbers of a list; where their order says nothing, `±` stands for two of them. Raises NumberError."""
    plain = plain_signs(text).replace("\n", " ")
    if plain.casefold() in EMPTY:
        return ()
    check_brackets(plain)
    inner, bracket = without_brackets(plain)
    values: list[Fraction] = []
    for part in split(_WORD.sub(", ", inner).strip(), is_bracketed=bool(bracket)):
        values += _read_part(_NAMED.sub("", part.strip()), is_ordered=is_ordered)
    if len(values) > MAX_NUMBERS:
        raise NumberError(f"Write at most {MAX_NUMBERS} numbers.")
    return tuple(values)


def plain_signs(text: str) -> str:
    """The text without what nobody sees, and without what LaTeX has for its looks; one space for many.

    Raises NumberError for a text that is blank or too long.
    """
    if not text.strip():
        raise NumberError(f"Type an answer. {EXAMPLE}")
    if len(text) > MAX_CHARACTERS:
        raise NumberError(f"Use at most {MAX_CHARACTERS} characters.")
    text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    for written, plain in _LATEX.items():
        text = text.replace(written, plain)
    text = text.replace("，", ",").replace("；", ";").strip()
    return "\n".join(" ".join(line.split()) for line in text.splitlines())


def check_brackets(text: str) -> None:
    """Raise NumberError for a bracket that is not closed, or not opened."""
    if any(text.count(opening) != text.count(closing) for opening, closing in BRACKETS.items()):
        raise NumberError(f"A bracket is missing in “{text}”.")


def without_brackets(text: str) -> tuple[str, str]:
    """What stands in the brackets around all of a text, and the opening one; "" where there are none."""
    if len(text) > 1 and BRACKETS.get(text[0]) == text[-1] and _closing(text) == len(text) - 1:
        return text[1:-1].strip(), text[0]
    return text, ""


def _closing(text: str) -> int:
    """Where the bracket that a text begins with is closed; -1 where it is not."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char in "[({") - (char in "])}")
        if depth == 0:
            return at
    return -1


def split(text: str, *, is_bracketed: bool) -> list[str]:
    """The parts of a list, by semicolons, else commas, else spaces. Raises NumberError for two readings."""
    if ";" in text:
        return text.split(";")
    tight, commas = len(_TIGHT.findall(text)), text.count(",")
    if tight and (tight < commas or (not is_bracketed and (tight == 1 or _THOUSANDS.fullmatch(text)))):
        if " " in text and tight == commas:
            raise NumberError(f"“{text}” has two readings: write decimals with a point.")
        apart = text.replace(",", "; ") if tight == commas else text.replace(", ", "; ")
        other = f", or {text.replace(',', '.')}" if tight == commas == 1 else ""
        raise NumberError(f"“{text}” has two readings: write {' '.join(apart.split())}{other}.")
    if commas:
        return text.split(",")
    if " " in text and all(map(is_number, text.split())):
        if not is_bracketed and _GAPS.search(text):
            raise NumberError(f"“{text}” has two readings: put commas between the numbers.")
        return text.split()
    return [text]


def is_number(text: str) -> bool:
    """Whether a text is a number by itself."""
    try:
        return not numbers.read(text).is_list
    except NumberError:
        return False


def _read_part(part: str, *, is_ordered: bool) -> list[Fraction]:
    before, sign, after = part.partition("±")
    if not sign:
        return [read_entry(part)]
    if is_ordered:
        raise NumberError(f"“{part}” stands for two numbers: write both.")
    return [read_entry(f"{before.strip()}{each}({after.strip()})") for each in "-+"]


def read_entry(text: str) -> Fraction:
    """One number of several. Raises NumberError."""
    if not text.strip():
        raise NumberError(f"A number is missing between two commas. {EXAMPLE}")
    if _DIFFERENCE.search(text):
        raise NumberError(
            f"“{text.strip()}” has two readings: put a comma between numbers, and no space in a difference."
        )
    reading = numbers.read(text)
    if reading.is_list:
        raise NumberError(f"“{text.strip()}” is a list within a list. {EXAMPLE}")
    return reading.values[0]


def latex(value: Fraction) -> str:
    """A number that was read, in LaTeX, with at most 12 significant digits."""
    try:
        return set_number(float(value), ".12g", "math")
    except OverflowError:
        return r"\text{a very large number}"


def list_latex(values: Sequence[Fraction], *, is_set: bool) -> str:
    """A list or a set that was read, in LaTeX."""
    inner = ",\\ ".join(map(latex, values))
    if is_set:
        return rf"\{{{inner}\}}" if values else r"\varnothing"
    return f"[{inner}]"
