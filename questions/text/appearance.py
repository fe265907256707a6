"""Texts as students see them: what cannot be shown, and whether two look the same."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from html import unescape

from markdown_it.token import Token

from questions.text import katex, markup
from questions.text.words import TAG

MATH = re.compile(r'<(span|div) class="(math(?: display)?)">([^<]*)</\1>')
GROUPS = re.compile(r'</span>|<span class="mord(?: mtight)?">')
"""In KaTeX's HTML: what braces alone make, as in `x_{1}`, and nobody sees."""
STRUCK = re.compile(r"<(/?)s>")
LONGEST_QUOTE = 60
"""Characters of a formula that a message repeats."""


@functools.lru_cache(maxsize=8192)
def find_problems(text: str) -> tuple[str, ...]:
    """What of a Markdown text students would not see as it is meant: images, and formulas that KaTeX cannot set."""
    return tuple(message for token in _all_tokens(text) if (message := _problem(token)))


def _all_tokens(text: str) -> Iterator[Token]:
    for token in markup.parse(text):
        yield token
        yield from token.children or []


def _problem(token: Token) -> str | None:
    if token.type == "image":
        return f"Images cannot be shown yet: take out “![{token.content}]({token.attrGet('src')})”."
    if not token.type.startswith("math_"):
        return None
    formula = token.content.strip()
    try:
        katex.typeset(formula, display=token.type != "math_inline")
    except katex.FormulaError as error:
        quoted = formula if len(formula) <= LONGEST_QUOTE else f"{formula[:LONGEST_QUOTE]}…"
        return f"The formula ${quoted}$ cannot be shown: {error}."
    return None


@functools.lru_cache(maxsize=8192)
def appearance(text: str) -> str:
    """What is seen of a text in one line: texts with the same appearance look the same.

    Its words with spaces, kinds of emphasis and spellings of the same sign folded, and its formulas as they are set.
    """
    html = STRUCK.sub("\x02\\1", markup.render_inline(text))
    seen = unescape(TAG.sub("", MATH.sub(lambda match: f"\x03{_set(match)}\x03", html)))
    return " ".join(unicodedata.normalize("NFC", "".join(map(_seen, seen))).split())


def _set(match: re.Match[str]) -> str:
    formula = unescape(match[3]).strip()
    try:
        html = katex.typeset(formula, display=match[2] != "math")
    except katex.FormulaError:
        return formula
    return GROUPS.sub("", html).translate({ord("<"): "\x04", ord(">"): "\x05"})  # no tags of the text


def _seen(char: str) -> str:
    """A character as it looks: nothing of what cannot be seen, a ligature or a full-width letter in plain letters."""
    if unicodedata.category(char) == "Cf":
        return ""
    mark = unicodedata.decomposition(char).partition(" ")[0]
    return unicodedata.normalize("NFKC", char) if mark in ("<compat>", "<noBreak>", "<wide>", "<narrow>") else char
