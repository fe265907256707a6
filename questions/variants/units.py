"""Units as students type them, read by their signs and converted by exact fractions.

Signs are read as they are written: `mW` is not `MW`, and `KW` is none at all. Prefixes, powers and products are read
(`kg m/s^2`, `m s⁻²`, `kJ/(mol K)`); what has two readings (`J/kg K`) is an error that says so.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from questions.variants import numbers
from questions.variants.unit_table import Unit, names, symbols

MAX_CHARACTERS = 60
MAX_POWER = 12


class UnitError(ValueError):
    """Text that is not a unit, or has two readings; the message says what to write."""


@dataclass(frozen=True)
class Quantity:
    """What was typed: a number or a list of numbers, and the unit behind it, if there is one."""

    reading: numbers.Reading
    unit: Unit | None

    @property
    def echo(self) -> str:
        """For the student: how what they typed is read."""
        return f"{self.reading.text}{f' {self.unit.text}' if self.unit else ''}{self.reading.note}"


_SAME = {
    "\u00ba": "°", "\u2212": "-", "·": "*", "⋅": "*", "∙": "*", "×": "*", "**": "^", "~": " ",
    "\\Omega": "Ω", "\\mu": "μ", "\\cdot": "*", "\\times": "*", "^\\circ": "°", "\\circ": "°", "\\,": " ", "\\;": " ",
}  # fmt: skip
_TEXT_COMMAND = re.compile(r"\\(?:mathrm|text|textrm|operatorname|unit)\{([^{}]{1,40})\}")
_SUPERSCRIPT = re.compile("[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_RAISED_DIGITS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SYMBOL = re.compile(r"[^\W\d_]+|° ?[CF](?![^\W\d_])|[°‰€£]")
_POWER = re.compile(r"(?:\^ ?)?\{?([-+]?[0-9]{1,3})\}?")
_DOT = re.compile(r"(?<=[^\W\d_])\.(?=[^\W\d_])")
_PER = re.compile(r"\bper\b")
_SPACED = re.compile(r" ?([/*]) ?")
_START = re.compile(
    r"(?<![^\W\d_\\])(?!(?<=[\d.])[eE][-+]?\d)(?:1 ?/ ?|/ ?)?(?:[^\W\d_]|[°‰€£(]|\\(?:mathrm|text|Omega|mu))"
)
"""Where a unit may begin behind a number, of which the `e` of its power of ten is a part."""


def read_unit(text: str) -> Unit:
    """The unit that `text` stands for. Raises UnitError."""
    unit = _read(text)
    if isinstance(unit, str):
        raise UnitError(unit)
    return unit


def read_quantity(text: str) -> Quantity:
    """The number or list that `text` begins with, and its unit. Raises UnitError or numbers.NumberError.

    Whatever is a number as a whole has no unit; where the number ends is where both parts can be read.
    """
    try:
        return Quantity(numbers.read(text), None)
    except numbers.NumberError as error:
        refused: numbers.NumberError | UnitError = error
    # No longer end than a unit may have is looked at.
    for match in _START.finditer(text, max(0, len(text) - MAX_CHARACTERS)):
        number, rest = text[: match.start()].strip(), text[match.start() :].strip()
        if not number:
            continue
        try:
            reading = numbers.read(number)
        except numbers.NumberError:
            continue
        unit = _read(rest)
        if isinstance(unit, Unit):
            return Quantity(reading, unit)
        if not isinstance(refused, UnitError):
            refused = UnitError(unit)
    raise refused


@lru_cache(maxsize=1024)
def _read(text: str) -> Unit | str:
    """The unit, or what is wrong with it."""
    try:
        return _Reader(text).read()
    except UnitError as error:
        return str(error)


class _Reader:
    """Products and powers of symbols, and at most a quotient of two of them."""

    def __init__(self, text: str) -> None:
        self.typed = text.strip()
        if not 0 < len(self.typed) <= MAX_CHARACTERS:
            raise UnitError(f"Write the unit in at most {MAX_CHARACTERS} characters, such as m/s^2.")
        self.text = _plain(self.typed)
        if self.text[0] == "(" and self.text.find(")") == len(self.text) - 1:
            self.text = self.text[1:-1]
        self.at = 0

    def read(self) -> Unit:
        if self.text.startswith("1/"):
            self.at = 1
        above = [] if self.text[self.at] == "/" else self._product()
        below: list[tuple[str, int]] = []
        while self._take("/"):
            below += self._divisor()
        if self.at < len(self.text):
            raise UnitError(f"“{self.text[self.at :].strip()}” is not expected in the unit “{self.typed}”.")
        return _quotient(above, below)

    def _divisor(self) -> list[tuple[str, int]]:
        is_grouped = self._take("(")
        divisor = self._product()
        if is_grouped and not self._take(")"):
            raise UnitError(f"A “)” is missing in “{self.typed}”.")
        if not is_grouped and len(divisor) > 1:
            one, *others = (symbol for symbol, _ in divisor)
            rest = " ".join(others)
            raise UnitError(f"“{self.typed}” has two readings: write /({one} {rest}), or {rest} before the /.")
        return divisor

    def _product(self) -> list[tuple[str, int]]:
        factors = []
        while True:
            self._take("*")
            match = _SYMBOL.match(self.text, self.at)
            if not match:
                break
            self.at = match.end()
            factors.append((match[0].replace(" ", ""), self._power()))
            self._take(" ")
        if not factors:
            raise UnitError(f"“{self.typed}” is not a unit. Write one such as m/s^2 or kg m s^-2.")
        return factors

    def _power(self) -> int:
        match = _POWER.match(self.text, self.at)
        if not match:
            return 1
        self.at = match.end()
        power = int(match[1])
        if not 0 < abs(power) <= MAX_POWER:
            raise UnitError(f"“{self.typed}” has a power that no unit has.")
        return power

    def _take(self, sign: str) -> bool:
        while self.text[self.at : self.at + 1] == " " and sign != " ":
            self.at += 1
        if self.text[self.at : self.at + 1] != sign:
            return False
        self.at += 1
        return True


def _plain(text: str) -> str:
    text = _SUPERSCRIPT.sub(lambda match: "^" + match[0].translate(_PLAIN_DIGITS), _TEXT_COMMAND.sub(r" \1 ", text))
    for typed, plain in _SAME.items():
        text = text.replace(typed, plain)
    text = unicodedata.normalize("NFKC", text)
    text = _DOT.sub("*", _PER.sub("/", text))
    return _SPACED.sub(r"\1", " ".join(text.split())).replace(" ^", "^")


def _quotient(above: list[tuple[str, int]], below: list[tuple[str, int]]) -> Unit:
    scale = Fraction(1)
    powers: dict[str, int] = {}
    for symbol, power in [*above, *((symbol, -power) for symbol, power in below)]:
        factor = _symbol(symbol)
        scale *= factor.scale**power
        for base, of_base in factor.dimension:
            powers[base] = powers.get(base, 0) + of_base * power
    dimension = tuple(sorted((base, power) for base, power in powers.items() if power))
    text, divisor = _write(above) or "1", _write(below)
    if divisor:
        text += f"/({divisor})" if " " in divisor else f"/{divisor}"
    return Unit(scale, dimension, text)


def _write(factors: list[tuple[str, int]]) -> str:
    powers: dict[str, int] = {}
    for symbol, power in factors:
        text = _symbol(symbol).text
        powers[text] = powers.get(text, 0) + power
    raised = {text: str(power).translate(_RAISED_DIGITS) if power != 1 else "" for text, power in powers.items()}
    return " ".join(text + power for text, power in raised.items())


def _symbol(symbol: str) -> Unit:
    """One symbol or name with its prefix. Raises UnitError."""
    known = symbols()
    unit = known.get(symbol) or names().get(symbol.casefold())
    if unit is None:
        near = [other for other in known if other.casefold() == symbol.casefold()]
        hint = (
            f" Write {' or '.join(near[:3])}: capitals count."
            if near
            else " Write it as m, kg, s, N, Ω, km/h and so on."
        )
        raise UnitError(f"“{symbol}” is not a unit that is known here.{hint}")
    return unit
