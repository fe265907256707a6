"""Typed texts as they are compared: what carries meaning stays, what cannot be seen or says nothing goes.

Decided sign by sign: a raised or lowered digit is written `^2` or `_2`, a fraction `1/2`, a ligature in letters; dashes
and quotes are those of the keyboard; a stop at the end of a word is trimmed, never an operator or the point of numbers.
"""

from __future__ import annotations

import functools
import re
import unicodedata

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−˗﹣－"), "-")
_QUOTES = {**dict.fromkeys(map(ord, "‘’‚‛′`"), "'"), **dict.fromkeys(map(ord, "“”„‟″"), '"')}
_SIGNS = {ord("⁄"): "/", ord("∕"): "/"} | _DASHES | _QUOTES
_RAISED_OR_LOWERED = {"<super>": "^", "<sub>": "_"}
_MARKS = dict.fromkeys(map(ord, "*_'$"))
_POINT = re.compile(r"(?<![\w.])\.(?=\d)")
_WORD_END = re.compile(r"(?<=[^\W\d_]{2})[!?]+$")
_STOP = re.compile(r"(?<=[\w)\]])\.+$")
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|\d+(?:\.\d*)?(?:[eE][-+]?\d+)?\w*|\.\d+(?:[eE][-+]?\d+)?|\w+'
    r"|\*\*=|//=|<<=|>>=|===|!==|\.\.\.|[-+*/%@&|^=!<>:]=|\*\*|//|<<|>>|&&|\|\||\+\+|--|->|::|\S"
)


def visible(text: str) -> str:
    """The text without what nobody sees: zero-width and direction marks, soft hyphens, glyph selectors."""
    if text.isascii():
        return text
    return "".join(
        char
        for char in text
        if unicodedata.category(char) != "Cf" and not ("\ufe00" <= char <= "\ufe0f" or char == "\u034f")
    )


def fold(text: str) -> str:
    """The text in one spelling of every sign, its spaces collapsed; capitals and words stay."""
    text = visible(text)
    if not text.isascii():
        text = _spell_out(unicodedata.normalize("NFC", text.translate(_SIGNS))).translate(_SIGNS)
    elif "`" in text:
        text = text.replace("`", "'")
    if "." in text:
        text = _POINT.sub("0.", text)
    return " ".join(text.split())


def trim(text: str) -> str:
    """The text without the quotes around all of it and without the stop at its end."""
    text = text.strip()
    for quote in "\"'":
        if len(text) > 2 and text[0] == text[-1] == quote and quote not in text[1:-1]:
            text = text[1:-1].strip()
    return _WORD_END.sub("", _STOP.sub("", text)).rstrip() if text.endswith((".", "!", "?")) else text


def comparable(text: str) -> str:
    """The form in which words of different items are compared; the marks of Markdown are no part of a word."""
    return trim(fold(text).casefold().translate(_MARKS))


def tokens(code: str) -> tuple[str, ...]:
    """The tokens of a line of code: space between them says nothing; capitals, operators and quoted text say all."""
    return tuple(_TOKEN.findall(plain_code(code)))


def plain_code(code: str) -> str:
    """Code in the signs of its language: without what nobody sees, with the dashes and quotes of a keyboard."""
    return visible(code).translate(_DASHES | _CURLY)


_CURLY = {**dict.fromkeys(map(ord, "‘’"), "'"), **dict.fromkeys(map(ord, "“”"), '"')}
"""What keyboards make of the quotes of code."""


def _spell_out(text: str) -> str:
    """Raised and lowered signs after `^` and `_`, fractions with a stroke; other compatible signs as plain ones."""
    written: list[str] = []
    before = ""
    for char in text:
        mark, plain = _plain(char)
        if mark == "<fraction>" and written and written[-1][-1:].isdigit():
            written.append(" ")
        if mark != before and mark in _RAISED_OR_LOWERED:
            written.append(_RAISED_OR_LOWERED[mark])
        written.append(plain)
        before = mark
    return "".join(written)


@functools.lru_cache(maxsize=4096)
def _plain(char: str) -> tuple[str, str]:
    """Which kind of compatible sign it is (`<super>`, `<fraction>`, "" for none), and the plain ones it stands for.

    What is in a circle or a square is no plain sign.
    """
    mark = unicodedata.decomposition(char).partition(" ")[0]
    if not mark.startswith("<") or mark == "<circle>":
        return "", char
    return mark, unicodedata.normalize("NFKC", char)
