"""Numbers as students type them: a Pratt parser over exact rationals.

It reads `1e-5`, `1×10^-5`, `1*10**-5`, `10^{-5}`, `.99999`, `99.999%`, `1/2`, `2^10`, `−3`, `1 000`, `0,5`,
simple LaTeX and lists in brackets. What has two readings (`1,234`, `1 2/3`) is an error that says so. Nothing typed
can take long: the text is short and every number's size is capped.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from questions.whole_numbers import read_whole_number

MAX_CHARACTERS = 120
MAX_BITS = 4096
MAX_EXPONENT = 1024
MAX_DEPTH = 24

UNDERSTOOD = "Write a number such as 0.25, 1/4, 25%, 2.5e-1 or 2^-2."


class NumberError(ValueError):
    """Text that is not one number, or not only one; the message says what is understood."""


@dataclass(frozen=True)
class Reading:
    """What was typed, as read: one value, or a list's values; `comma` says that a decimal comma was read."""

    values: tuple[Fraction, ...]
    is_list: bool
    comma: bool = False
    numerals: tuple[str, ...] = field(default=(), compare=False)
    """How each value was written, in plain signs."""

    @property
    def text(self) -> str:
        """The reading, for an echo: `1 × 10⁻⁵`."""
        shown = [show(value) for value in self.values]
        return f"[{', '.join(shown)}]" if self.is_list else shown[0]

    @property
    def echo(self) -> str:
        """For the student: how what they typed is read."""
        return f"{self.text}{self.note}"

    @property
    def note(self) -> str:
        """What is said besides of how it was read."""
        return " (a decimal comma)" if self.comma else ""


_REPLACEMENTS = {
    "−": "-", "–": "-", "—": "-", "‒": "-", "˗": "-", "‐": "-", "‑": "-", "﹣": "-", "－": "-",
    "×": "*", "·": "*", "∙": "*", "⋅": "*", "✕": "*",
    "÷": "/", "⁄": "/", "∕": "/",
    "％": "%", "．": ".", "，": ",", "（": "(", "）": ")",
    "\\times": "*", "\\cdot": "*", "\\div": "/", "\\left": "", "\\right": "", "\\%": "%", "\\,": "\u2009",
    "\\dfrac": "\\frac", "\\tfrac": "\\frac", "√": "\\sqrt", "**": "^", "$": "",
}  # fmt: skip
_FRACTION = re.compile(r"(?:(?<![\d.,])(\d+))?([¼½¾⅐-⅞])")
"""A fraction in one sign, and the whole number before it: 1½."""
_EXPONENT = re.compile(r"(?<=[\d.])([eE]) *([-+]) *(?=\d)")
_POINTS = re.compile(r"[-+]?\d{1,3}(?:\.\d{3})+,\d+")
"""Points between thousands, and a decimal comma: 1.234,5."""
_UNSEPARATED = re.compile(r"[\d.)] +[-+][\d.(]")
"""In a list: two numbers without a comma between them, or a difference."""
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_WRAPPED = re.compile(r"(?:(?:np|numpy)\.)?array\((.*)\)")
_LISTED = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_THOUSANDS = re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_ONE_COMMA = re.compile(r"[-+]?[0-9]*,[0-9]+(?:[eE][-+]?[0-9]+)?")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<name>\\?[a-zA-Z]+)|(?P<sign>[-+*/^%(){}\[\],;]))"
)
_GROUPED = re.compile(r"(?<![\d.,])(\d{1,3})(?:[ \u00a0\u2009\u202f'’](\d{3}))+(?![\d])")

_DECIMAL = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:e[-+][0-9]{1,2})?")
"""What nearly everybody types, and every key that a computer writes: the grammar below reads it as the same, slower."""


def read(text: str) -> Reading:
    """The number, or the list of numbers, that `text` stands for. Raises NumberError."""
    bare = text.strip()
    if _DECIMAL.fullmatch(bare) and len(text) <= MAX_CHARACTERS:
        return Reading((_decimal(bare),), is_list=False, numerals=(bare,))
    if not bare:
        raise NumberError(f"Type an answer. {UNDERSTOOD}")
    if len(text) > MAX_CHARACTERS:
        raise NumberError(f"Use at most {MAX_CHARACTERS} characters. {UNDERSTOOD}")
    if bare[0] == "[" and bare[-1] == "]" and all(map(_DECIMAL.fullmatch, numerals := bare[1:-1].split(", "))):
        return Reading(tuple(map(_decimal, numerals)), is_list=True, numerals=tuple(numerals))
    plain = _plain("".join(char for char in text if unicodedata.category(char) != "Cf").strip())
    inner, is_list = _unbracketed(plain)
    if is_list:
        separator = ";" if ";" in inner else ","
        parts = [part.strip() for part in inner.split(separator)]
        if any(_UNSEPARATED.search(part) or (" " in part and _loose_list(part)) for part in parts):
            example = ", ".join(_loose_list(inner)) or "1, -2"
            raise NumberError(f"“{text}” has two readings: put a comma between the numbers of a list: [{example}].")
        # In `[1,5; 2,5]` the comma is the decimal one; in `[1, 5]` it separates.
        readings = [_scalar(part, comma_allowed=separator == ";") for part in parts]
        values, commas = zip(*readings, strict=True)
        return Reading(values, is_list=True, comma=any(commas), numerals=tuple(parts))
    otherwise = (_THOUSANDS.fullmatch(inner), _ONE_COMMA.fullmatch(inner), _UNSEPARATED.search(inner))
    if (loose := _loose_list(inner)) and not any(otherwise):
        raise NumberError(
            f"“{text}” is not one number. Write a list as [{', '.join(loose)}], and a number without gaps."
        )
    value, comma = _scalar(inner, comma_allowed=True)
    return Reading((value,), is_list=False, comma=comma, numerals=(inner,))


def _decimal(text: str) -> Fraction:
    """The value of a short decimal; Decimal reads it faster than Fraction, and as exactly."""
    return Fraction(Decimal(text))


def _plain(text: str) -> str:
    text = _FRACTION.sub(_spell_fraction, text)
    text = "".join(char if char.isascii() else str(unicodedata.decimal(char, char)) for char in text)
    text = re.sub(r"([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda match: "^" + match[0].translate(_SUPERSCRIPTS), text)
    for typed, plain in _REPLACEMENTS.items():
        text = text.replace(typed, plain)
    text = _EXPONENT.sub(r"\1\2", text)
    text = re.sub(r"^[a-zA-Zλη]\s*=\s*", "", text)
    if not re.match(r"[-+]?0[xX]", text):
        text = re.sub(r"(?<=[\d)}.]) *[xX] *(?=[\d(\\.])", "*", text)
    return _GROUPED.sub(lambda match: re.sub(r"\D", "", match[0]), text)


def _spell_fraction(match: re.Match[str]) -> str:
    fraction = unicodedata.normalize("NFKC", match[2]).replace("⁄", "/")
    return f"({match[1]}+{fraction})" if match[1] else f"({fraction})"


def _unbracketed(text: str) -> tuple[str, bool]:
    if text[:1] == "[" and text[-1:] == "]":
        return text[1:-1], True
    if text[:1] == "{" and text[-1:] == "}" and re.search(r"[,;]", text) and not re.search(r"[{}]", text[1:-1]):
        return text[1:-1], True
    if text[:1] == "(" and text[-1:] == ")" and re.search(r"[,;]", text) and ")" not in text[:-1]:
        return text[1:-1], True
    return text, False


def _loose_list(text: str) -> list[str]:
    """The numbers of a list that has no brackets, or no commas, or is an array of NumPy; none of anything else."""
    wrapped = _WRAPPED.fullmatch(text)
    inner, _ = _unbracketed(wrapped[1].strip() if wrapped else text)
    parts = re.split(r"[,;\s]+", inner.strip())
    is_list = len(parts) > 1 and all(map(_LISTED.fullmatch, parts))
    return [part.rstrip(".") for part in parts] if is_list else []


def _scalar(text: str, *, comma_allowed: bool) -> tuple[Fraction, bool]:
    if _DECIMAL.fullmatch(text):
        return _decimal(text), False
    commas = text.count(",")
    if commas and not comma_allowed:
        raise NumberError(f"“{text}” cannot be read. {UNDERSTOOD}")
    if _POINTS.fullmatch(text):
        bare = text.replace(".", "").replace(",", ".")
        raise NumberError(f"“{text}” has points and a comma: write {bare}.")
    if commas:
        if re.search(r"(?<!\d)0*[1-9]\d{0,2},\d{3}(?!\d)", text) or commas > 1 or "." in text:
            bare = text.replace(",", "")
            raise NumberError(f"“{text}” has two readings: write {bare} for thousands, or use a point for decimals.")
        text = re.sub(r"(\d*),(\d+)", r"\1.\2", text)
        if "," in text:
            raise NumberError(f"“{text}” cannot be read. {UNDERSTOOD}")
    return _Parser(text).parse(), bool(commas)


class _Parser:
    """Top-down operator precedence (Pratt 1973): sums, products, signs, powers, percent."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = self._tokens(text)
        self.at = 0
        self.depth = 0

    def _tokens(self, text: str) -> list[tuple[str, str]]:
        tokens: list[tuple[str, str]] = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if not match:
                raise NumberError(f"“{text[at:].strip()[:12]}” is not understood. {UNDERSTOOD}")
            kind = match.lastgroup or ""
            token = match[kind]
            if tokens and tokens[-1][0] == "number" and kind == "number":
                raise NumberError(f"“{self.text}” has two readings: put a sign between the numbers, as in 1 + 2/3.")
            tokens.append((kind, token))
            at = match.end()
        return tokens

    def parse(self) -> Fraction:
        value = self._expression(0)
        if self.at < len(self.tokens):
            raise NumberError(f"“{self._peek()}” is not expected there. {UNDERSTOOD}")
        return value

    def _peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def _next(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise NumberError(f"The number is not finished. {UNDERSTOOD}")
        self.at += 1
        return self.tokens[self.at - 1]

    def _expect(self, sign: str) -> None:
        if self._next()[1] != sign:
            raise NumberError(f"A “{sign}” is missing. {UNDERSTOOD}")

    def _expression(self, strength: int) -> Fraction:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise NumberError(f"This is too deep. {UNDERSTOOD}")
        left = self._prefix()
        while self.at < len(self.tokens):
            sign = self._peek()
            if sign == "%":
                self.at += 1
                left = left / 100
                continue
            binding = {"+": 10, "-": 10, "*": 20, "/": 20, "^": 40}.get(sign, 0)
            if binding <= strength:
                break
            self.at += 1
            right = self._expression(39 if sign == "^" else binding)
            left = self._apply(left, sign, right)
        self.depth -= 1
        return left

    def _prefix(self) -> Fraction:
        kind, token = self._next()
        if kind == "number":
            return _literal(token)
        if token in "+-" and kind == "sign":
            value = self._expression(30)
            return -value if token == "-" else value
        if token in "({":
            value = self._expression(0)
            self._expect(")" if token == "(" else "}")
            return value
        if token == "\\frac":
            self._expect("{")
            top = self._expression(0)
            self._expect("}")
            self._expect("{")
            bottom = self._expression(0)
            self._expect("}")
            return self._apply(top, "/", bottom)
        if token in ("\\sqrt", "sqrt"):
            return _square_root(self._expression(45))
        raise NumberError(f"“{token}” is not understood. {UNDERSTOOD}")

    def _apply(self, left: Fraction, sign: str, right: Fraction) -> Fraction:
        if sign == "+":
            return _capped(left + right)
        if sign == "-":
            return _capped(left - right)
        if sign == "*":
            return _capped(left * right)
        if sign == "/":
            if right == 0:
                raise NumberError("A division by zero has no value.")
            return _capped(left / right)
        return _power(left, right)


def _literal(token: str) -> Fraction:
    mantissa, _, exponent = token.lower().partition("e")
    value = Fraction(mantissa.rstrip("."))
    # Leading zeros say nothing; what is left is read only if it is no longer than the largest exponent.
    power = read_whole_number(exponent.lstrip("+-").lstrip("0") or "0", 0, MAX_EXPONENT)
    if power is None:
        raise NumberError("This number is too large or too small.")
    return _capped(value / 10**power if exponent.startswith("-") else value * 10**power)


def _capped(value: Fraction) -> Fraction:
    if value.numerator.bit_length() > MAX_BITS or value.denominator.bit_length() > MAX_BITS:
        raise NumberError("This number is too large or too small.")
    return value


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator == 2 and abs(exponent.numerator) <= MAX_EXPONENT:
        return _power(_square_root(base), Fraction(exponent.numerator))
    if exponent.denominator != 1:
        raise NumberError("Only whole powers and square roots are read.")
    n = exponent.numerator
    if base == 0 and n < 0:
        raise NumberError("A division by zero has no value.")
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if abs(n) > MAX_EXPONENT * 4 or bits * abs(n) > MAX_BITS * 4:
        raise NumberError("This number is too large or too small.")
    return _capped(base**n)


def _square_root(value: Fraction) -> Fraction:
    """The root, exact where it is rational, else to 60 bits."""
    if value < 0:
        raise NumberError("A negative number has no square root here.")
    top, bottom = math.isqrt(value.numerator), math.isqrt(value.denominator)
    if top * top == value.numerator and bottom * bottom == value.denominator:
        return Fraction(top, bottom)
    shift = 2 * max(64 - value.numerator.bit_length() + value.denominator.bit_length(), 64)
    root = math.isqrt((value.numerator << shift) // value.denominator)
    return _capped(Fraction(root, 1 << (shift // 2)))


_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def show(value: Fraction) -> str:
    """A value in plain text with at most 12 significant digits: `1 × 10⁻⁵`, `0.5`, `−3`."""
    try:
        number = float(value)
    except OverflowError:
        return "a very large number"
    if value == 0:
        return "0"
    mantissa, _, exponent = f"{abs(number):.11e}".partition("e")
    power = int(exponent)
    sign = "−" if number < 0 else ""
    if -5 < power < 12:
        digits = f"{abs(number):.{max(11 - power, 0)}f}"
        return sign + (digits.rstrip("0").rstrip(".") if "." in digits else digits)
    mantissa = mantissa.rstrip("0").rstrip(".")
    raised = str(power).translate(_RAISED)
    return f"{sign}10{raised}" if mantissa == "1" else f"{sign}{mantissa} × 10{raised}"
