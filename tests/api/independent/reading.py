"""The grammars of docs/api.md: what a client reads alone. What does not fit them is left to the service."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")
SIGNS = {"−": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "**": "^", "，": ","}
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "exp": math.exp,
    "ln": math.log,
    "sqrt": math.sqrt,
    "abs": abs,
}
MOST_BITS, LONGEST, DEEPEST = 4096, 120, 20


class LeftToServiceError(Exception):
    """The client cannot read it, or not decide."""


class RefusedError(Exception):
    """It counts for nothing: the student has to correct it."""


def plain(text: str) -> str:
    for sign, other in SIGNS.items():
        text = text.replace(sign, other)
    return text.strip()


class Grammar(Generic[T]):
    """A reader by recursive descent, of numbers or of formulas."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0

    def whole(self, read: Callable[[], T]) -> T:
        value = read()
        if self.at < len(self.text):
            raise LeftToServiceError(self.text)
        return value

    def take(self, sign: str) -> bool:
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        return True

    def inner(self, read: Callable[[], T]) -> T:
        """What stands in brackets, up to the closing one."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise LeftToServiceError(self.text)
        value = read()
        self.depth -= 1
        if not self.take(")"):
            raise LeftToServiceError(self.text)
        return value

    def operator(self, signs: str, *, spaced: bool) -> str:
        """One of the signs, with at most a space on each side; "" where there is none."""
        start = self.at
        if spaced:
            self.take(" ")
        for sign in signs:
            if self.take(sign):
                if spaced:
                    self.take(" ")
                return sign
        self.at = start
        return ""

    def digits(self, most: int) -> str:
        start = self.at
        while self.text[self.at : self.at + 1] in tuple("0123456789"):
            self.at += 1
        found = self.text[start : self.at]
        if len(found) > most:
            raise LeftToServiceError(self.text)
        return found


class Numbers(Grammar[Fraction]):
    """Exact numbers; in lists without spaces."""

    def __init__(self, text: str, *, spaced: bool = True) -> None:
        super().__init__(text)
        self.spaced = spaced
        self.divides_by_zero = False
        if len(text) > LONGEST:
            raise LeftToServiceError(text)

    def number(self) -> Fraction:
        value = self.term()
        while sign := self.operator("+-", spaced=self.spaced):
            other = self.term()
            value = self.capped(value + other if sign == "+" else value - other)
        return value

    def term(self) -> Fraction:
        value = self.factor()
        while sign := self.operator("*/", spaced=self.spaced):
            other = self.factor()
            value = self.capped(value * other if sign == "*" else self.divided(value, other))
        return value

    def factor(self) -> Fraction:
        return -self.power() if self.take("-") else self.power()

    def power(self) -> Fraction:
        base = self.base()
        if not self.take("^"):
            return base
        sign = -1 if self.take("-") else 1
        value = base ** int(self.digits(2) or self.left())
        return self.capped(value if sign > 0 else self.divided(Fraction(1), value))

    def divided(self, value: Fraction, by: Fraction) -> Fraction:
        """It is refused once all of the text turned out to fit the grammar."""
        self.divides_by_zero |= by == 0
        return value / by if by else value

    def base(self) -> Fraction:
        if self.take("("):
            return self.inner(self.number)
        value = self.decimal()
        return value / 100 if self.take("%") else value

    def decimal(self) -> Fraction:
        before = self.digits(15)
        after = self.digits(15) if self.take(".") else ""
        if (not before and not after) or (self.text[self.at - 1] == "." and not after):
            raise LeftToServiceError(self.text)
        value = Fraction(f"{before or 0}.{after or 0}")
        if self.take("e") or self.take("E"):
            sign = "-" if self.take("-") else ""
            if not sign:
                self.take("+")
            value *= Fraction(10) ** int(sign + (self.digits(2) or self.left()))
        return self.capped(value)

    def left(self) -> str:
        raise LeftToServiceError(self.text)

    def capped(self, value: Fraction) -> Fraction:
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > MOST_BITS:
            raise LeftToServiceError(self.text)
        return value


def number(text: str, *, spaced: bool = True) -> Fraction:
    reader = Numbers(text, spaced=spaced)
    value = reader.whole(reader.number)
    if reader.divides_by_zero:
        raise RefusedError("A division by zero.")
    return value


def entries(text: str) -> list[Fraction]:
    """Numbers without any space, with one sort of separator between."""
    separator = "; " if "; " in text else ", "
    return [number(each, spaced=False) for each in text.split(separator)]


def answer(text: str, *, is_list: bool) -> list[Fraction]:
    text = plain(text)
    if is_list:
        if text[:1] != "[" or text[-1:] != "]":
            raise LeftToServiceError(text)
        return [number(each, spaced=False) for each in text[1:-1].split(", ")]
    return [number(text)]


def numbers(text: str) -> list[Fraction]:
    text = plain(text)
    for opening, closing in ("[]", "()", "{}"):
        if text[:1] == opening and text[-1:] == closing and len(text) > 2:
            text = text[1:-1]
            break
    return entries(text)


class Matrix(NamedTuple):
    rows: list[list[Fraction]]
    is_flat: bool


def matrix(text: str) -> Matrix:
    text = plain(text)
    if text[:2] == "[[" and text[-2:] == "]]":
        rows = [entries(row) for row in text[2:-2].split("], [")]
        if len({len(row) for row in rows}) > 1:
            raise RefusedError("Rows of different lengths.")
        return Matrix(rows, is_flat=False)
    if text[:1] != "[" or text[-1:] != "]":
        raise LeftToServiceError(text)
    return Matrix([entries(text[1:-1])], is_flat=True)


class End(NamedTuple):
    value: Fraction | None
    closed: bool


class Piece(NamedTuple):
    low: End
    high: End


def pieces(text: str) -> list[Piece]:
    """A set in its normal form: pieces in order that do not touch."""
    text = plain(text)
    if text == "∅":
        return []
    read = [each for part in text.replace(" ∪ ", " U ").split(" U ") for each in _piece(part)]
    read.sort(key=lambda piece: (piece.low.value is not None, piece.low.value or Fraction(0), not piece.low.closed))
    merged: list[Piece] = []
    for piece in read:
        if merged and _touches(merged[-1].high, piece.low):
            merged[-1] = Piece(merged[-1].low, max(merged[-1].high, piece.high, key=_from_right))
        else:
            merged.append(piece)
    return merged


def _from_right(end: End) -> tuple[bool, Fraction, bool]:
    return end.value is None, end.value or Fraction(0), end.closed


def _touches(high: End, low: End) -> bool:
    if high.value is None or low.value is None:
        return True
    return low.value < high.value or (low.value == high.value and (low.closed or high.closed))


def _piece(text: str) -> list[Piece]:
    if text[:1] == "{" and text[-1:] == "}":
        return [Piece(End(value, closed=True), End(value, closed=True)) for value in entries(text[1:-1])]
    if text[:1] not in ("[", "(") or text[-1:] not in ("]", ")") or text.count(", ") != 1:
        raise LeftToServiceError(text)
    low, high = (_end(each) for each in text[1:-1].split(", "))
    if low == math.inf or high == -math.inf:
        raise RefusedError("The wrong way round.")
    closed = text[0] == "[", text[-1] == "]"
    if (low == -math.inf and closed[0]) or (high == math.inf and closed[1]):
        raise RefusedError("Infinity belongs to no interval.")
    if low > high or (low == high and not all(closed)):
        raise RefusedError("It holds no number.")
    ends = [None if each in (math.inf, -math.inf) else Fraction(each) for each in (low, high)]
    return [Piece(End(ends[0], closed[0]), End(ends[1], closed[1]))]


def _end(text: str) -> Any:
    if text in ("inf", "∞"):
        return math.inf
    return -math.inf if text in ("-inf", "-∞") else number(text, spaced=False)


Formula = Callable[[dict[str, float]], float]


class Formulas(Grammar[Formula]):
    """Formulas to compute with doubles; `may_lack` says that they may lack a value somewhere."""

    def __init__(self, text: str, names: Sequence[str]) -> None:
        super().__init__(text)
        self.names = sorted(names, key=len, reverse=True)
        self.may_lack = False

    def formula(self) -> Formula:
        value = self.term()
        while sign := self.operator("+-", spaced=True):
            value = _both(value, sign, self.term())
        return value

    def term(self) -> Formula:
        value = self.factor()
        while sign := self.operator("*/", spaced=True):
            self.may_lack |= sign == "/"
            value = _both(value, sign, self.factor())
        return value

    def factor(self) -> Formula:
        if self.take("-"):
            inner = self.power()
            return lambda at: -inner(at)
        return self.power()

    def power(self) -> Formula:
        start = self.at
        base = self.atom()
        if not self.take("^"):
            return base
        if self.text[self.at - 2] == ")" and self.text[start] != "(":
            raise LeftToServiceError(self.text)
        if self.take("("):
            self.may_lack = True
            exponent = self.inner(self.formula)
        else:
            digit = self.digits(1)
            if not digit:
                raise LeftToServiceError(self.text)
            exponent = _constant(float(digit))
        return _both(base, "^", exponent)

    def atom(self) -> Formula:
        if self.take("("):
            return self.inner(self.formula)
        for name, function in FUNCTIONS.items():
            if self.take(f"{name}("):
                self.may_lack = True
                argument = self.inner(self.formula)
                return _applied(function, argument)
        for name in self.names:
            if self.take(name):
                if self.text[self.at : self.at + 1].isalnum():
                    raise LeftToServiceError(self.text)
                return lambda at: at[name]
        whole = self.digits(15)
        after = self.digits(15) if whole and self.take(".") else ""
        if not whole or (self.text[self.at - 1] == "."):
            raise LeftToServiceError(self.text)
        return _constant(float(f"{whole}.{after or 0}"))


def _constant(value: float) -> Formula:
    return lambda at: value


def _applied(function: Callable[[float], float], argument: Formula) -> Formula:
    return lambda at: function(argument(at))


def _both(left: Formula, sign: str, right: Formula) -> Formula:
    if sign == "+":
        return lambda at: left(at) + right(at)
    if sign == "-":
        return lambda at: left(at) - right(at)
    if sign == "*":
        return lambda at: left(at) * right(at)
    if sign == "/":
        return lambda at: left(at) / right(at)
    return lambda at: math.pow(left(at), right(at))
