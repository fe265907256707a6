"""Numbers in a typed formula: decimal points and commas, thousands that are set apart, powers of ten."""

from __future__ import annotations

import functools
import unicodedata
from fractions import Fraction

from questions.expressions.spelling import SIGNS
from questions.expressions.vocabulary import ExpressionError, Token, Vocabulary

MAX_DIGITS, MAX_POWER = 40, 300


class Numerals:
    """Reads numbers where a text stands; the rest of it is for who knows the names."""

    def __init__(self, text: str, vocabulary: Vocabulary, *, decimal_comma: bool = True) -> None:
        self.text, self.vocabulary, self.decimal_comma = text, vocabulary, decimal_comma
        self.at = 0
        self.apart = False
        self.tokens: list[Token] = []

    def refuse(self, what: str, at: int, message: str = "") -> ExpressionError:
        """What is said about something that is not understood."""
        if message.startswith("It has"):
            return ExpressionError(f"“{what}” at character {at + 1}: {message}")
        told = message or f"Expected: {self.vocabulary.expected}."
        return ExpressionError(f"“{what}” at character {at + 1} is not understood. {told}")

    def _char(self) -> str:
        return self.text[self.at : self.at + 1]

    def _number(self) -> None:
        start = self.at
        digits = self._digits()
        if grouped := self._groups(digits):
            digits = grouped
        mark = self._char()
        after = ""
        if mark in (".", "．") and mark:
            self.at += 1
            after = self._digits()
        elif self.decimal_comma and mark in (",", "，") and mark and is_digit(self.text[self.at + 1 : self.at + 2]):
            self.at += 1
            after = self._digits()
            if len(after) == 3 and digits.strip("0"):
                bare = digits + after
                raise self.refuse(
                    self.text[start : self.at], start, f"It has two readings: write {bare} or {digits}.{after}."
                )
        marks = (".", ",") if self.decimal_comma else (".",)
        if self._char() in marks and is_digit(self.text[self.at + 1 : self.at + 2]):
            raise self.refuse(self.text[start : self.at + 2], start, "Write a number with one decimal point.")
        power = self._power(start)
        if len(digits) + len(after) > MAX_DIGITS:
            raise self.refuse(f"{digits[:8]}…", start, f"A number has at most {MAX_DIGITS} digits.")
        value = decimal(digits, after)
        if power:
            value *= Fraction(10) ** power
        self.tokens.append(Token("number", self.text[start : self.at], start, self.apart, value))
        self.apart = False

    def _digits(self) -> str:
        start = self.at
        while is_digit(self._char()):
            self.at += 1
        digits = self.text[start : self.at]
        return digits if digits.isascii() else "".join(str(unicodedata.digit(char)) for char in digits)

    def _groups(self, digits: str) -> str:
        """Digits whose thousands are set apart by thin spaces: as `\\,` in LaTeX."""
        while len(digits) > 0:
            gap = next((gap for gap in ("\u202f", "\u2009", "\\,") if self.text.startswith(gap, self.at)), "")
            start = self.at + len(gap)
            following = self.text[start : start + 4]
            if not gap or not all(map(is_digit, following[:3])) or len(following) < 3 or is_digit(following[3:]):
                break
            self.at = start
            digits += self._digits()
        return digits

    def _power(self, start: int) -> int:
        """The power of ten behind a number, as in 2.5E-3; a small e with a sign has two readings."""
        rest = self.text[self.at :]
        sign = rest[1:2] if SIGNS.get(rest[1:2]) in ("+", "-") else ""
        if rest[:1] not in ("e", "E") or not rest[:1] or not is_digit(rest[1 + len(sign) : 2 + len(sign)]):
            return 0
        mark, mantissa = rest[0], self.text[start : self.at]
        self.at += 1 + len(sign)
        digits = self._digits()
        if mark == "e" and sign:
            one = f"{mantissa}*10^{SIGNS[sign]}{digits}".replace("^+", "^")
            two = f"{mantissa}*e {SIGNS[sign]} {digits}"
            raise self.refuse(self.text[start : self.at], start, f"It has two readings: write {one} or {two}.")
        if len(digits) > 4 or int(digits) > MAX_POWER:
            raise self.refuse(self.text[start : self.at], start, "The number is too large or too small.")
        return -int(digits) if SIGNS.get(sign) == "-" else int(digits)


@functools.lru_cache(maxsize=4096)
def decimal(digits: str, after: str) -> Fraction:
    """The number of some digits before the point, and some behind it."""
    return Fraction(int(f"{digits}{after}" or "0"), 10 ** len(after))


def is_digit(char: str) -> bool:
    """Whether it is a digit, of whatever script."""
    return char != "" and char.isdecimal()
