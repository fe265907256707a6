"""Texts as students see them: what cannot be shown, and whether two look the same."""

from __future__ import annotations

import functools
import re
import unicodedata
from html import unescape
from typing import NamedTuple

from markdown_it.token import Token

from questions.figures import pictures
from questions.text import diagram_places, katex, markup
from questions.text.words import TAG

STRUCK = re.compile(r"<(/?)s>")
PICTURE = re.compile(r'<img class="picture" src="([^"]*)"')
LONGEST_QUOTE = 60
"""Characters of a formula that a message repeats."""


class Flaw(NamedTuple):
    """What students would not see as it is meant, and the line (from 1) at which its paragraph begins."""

    message: str
    line: int


@functools.lru_cache(maxsize=4096)
def find_flaws(text: str) -> tuple[Flaw, ...]:
    """The flaws of a Markdown text: pictures that nobody sees, and formulas that KaTeX cannot set."""
    return tuple(
        Flaw(message, block.map[0] + 1 if block.map else 1)
        for block in markup.parse(text)
        for token in (block, *(block.children or []))
        if (message := _problem(token))
    )


def _problem(token: Token) -> str | None:
    if token.type == "image":
        return _problem_of_picture(str(token.attrGet("src")), token.content)
    if token.type == "fence":
        return diagram_places.flaw(token)
    if not token.type.startswith("math_"):
        return None
    formula = token.content.strip()
    try:
        katex.appearance(formula, display=token.type != "math_inline")
    except katex.FormulaError as error:
        quoted = formula if len(formula) <= LONGEST_QUOTE else f"{formula[:LONGEST_QUOTE]}…"
        return f"The formula ${quoted}$ cannot be shown: {error}."
    return None


def _problem_of_picture(place: str, alternative: str) -> str | None:
    if not place.startswith(markup.MEDIA):
        return f"“{place}” is no picture of the course: put it into media/, or upload it, and write media/… here."
    if pictures.size(place.removeprefix(markup.MEDIA)) is None:
        return f"There is no picture “{place}”: upload it under Pictures, and write the place that is shown there."
    if not alternative.strip():
        return f"Say what the picture shows, for readers who cannot see it: ![what it shows]({place})."
    return None


def pictures_in(text: str) -> list[str]:
    """The addresses of the pictures in a Markdown text."""
    if markup.MEDIA not in text:
        return []
    tokens = [token for block in markup.parse(text) for token in block.children or [] if token.type == "image"]
    places = [str(token.attrGet("src")) for token in tokens]
    return [place.removeprefix(markup.MEDIA) for place in places if place.startswith(markup.MEDIA)]


@functools.lru_cache(maxsize=4096)
def appearance(text: str) -> str:
    """What is seen of a text in one line: texts with the same appearance look the same.

    Its words with spaces, kinds of emphasis and spellings of the same sign folded, and its formulas as they are set.
    """
    html = STRUCK.sub("\x02\\1", markup.render_inline(text))
    html = PICTURE.sub(lambda match: f"\x04{match[1]}\x04<img", html)
    seen = unescape(TAG.sub("", markup.MATH.sub(lambda match: f"\x03{_set(match)}\x03", html)))
    return " ".join(unicodedata.normalize("NFC", "".join(map(_seen, seen))).split())


def _set(match: re.Match[str]) -> str:
    formula = unescape(match[3]).strip()
    try:
        return katex.appearance(formula, display=match[2] != "math")
    except katex.FormulaError:
        return formula


def _seen(char: str) -> str:
    """A character as it looks: nothing of what cannot be seen, a ligature or a full-width letter in plain letters."""
    if unicodedata.category(char) == "Cf":
        return ""
    mark = unicodedata.decomposition(char).partition(" ")[0]
    return unicodedata.normalize("NFKC", char) if mark in ("<compat>", "<noBreak>", "<wide>", "<narrow>") else char
