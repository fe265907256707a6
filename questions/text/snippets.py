"""The part of a text to show beneath a search result."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape, unescape

from django.utils.safestring import SafeString, mark_safe

from questions.text import markup
from questions.text.words import TAG, has_word, root

WORDS_BEFORE, WORDS_SHOWN = 10, 36
"""Words of a snippet before its first match, and in all."""

BLOCK = re.compile(r"</(?:p|li|h\d|t[dh]|pre|div|aside)>|<br>")
PIECE = re.compile(r"\x02([^\x02\x03]*)\x03|(\s+)|([^\s\x02]+)")
"""A formula between the control characters that mark it, white space, or a word."""


@dataclass(frozen=True)
class _Piece:
    """A word with the space after it, or a formula."""

    text: str
    is_math: bool = False


def snippet(html: str, words: Sequence[str]) -> SafeString:
    """The part of sanitised HTML with the most of the words, as one line of text with the words in `<mark>`.

    Formulas stay whole, to be typeset; of all other markup nothing is left.
    """
    roots = [root(word) for word in words]
    pieces = _cut(html)
    matches = [_match(piece, roots) for piece in pieces]
    begin = _begin(matches)
    shown = [_render(piece, match) for piece, match in zip(pieces, matches, strict=True)][begin : begin + WORDS_SHOWN]
    more = begin + WORDS_SHOWN < len(pieces)
    line = ("… " if begin else "") + "".join(shown).strip() + (" …" if more else "")
    return mark_safe(line)  # noqa: S308 - every piece of it was escaped


def _match(piece: _Piece, roots: Sequence[str]) -> str | None:
    """The root that a word of the piece begins with."""
    return None if piece.is_math else next((start for start in roots if has_word(piece.text, start)), None)


def _begin(matches: Sequence[str | None]) -> int:
    """The piece to begin with: some words before the stretch with the most different matches."""
    if len(matches) <= WORDS_SHOWN:
        return 0
    after = WORDS_SHOWN - WORDS_BEFORE
    starts = [at for at, match in enumerate(matches) if match] or [0]
    first = max(starts, key=lambda at: (len({match for match in matches[at : at + after] if match}), -at))
    return max(first - WORDS_BEFORE, 0)


def _cut(html: str) -> list[_Piece]:
    """The text of some HTML, cut into pieces."""
    text = markup.MATH.sub("\x02\\3\x03", html.replace("\x02", "").replace("\x03", ""))
    text = unescape(TAG.sub("", BLOCK.sub(" ", text)))
    pieces: list[_Piece] = []
    for math, space, word in PIECE.findall(text):
        if space:
            if pieces and not pieces[-1].is_math:
                pieces[-1] = _Piece(pieces[-1].text.rstrip() + " ")
            elif pieces:
                pieces.append(_Piece(" "))
        elif word:
            pieces.append(_Piece(word))
        elif math:
            pieces.append(_Piece(math, is_math=True))
    return pieces


def _render(piece: _Piece, match: str | None) -> str:
    """The piece, escaped, with the words that begin with `match` marked."""
    if piece.is_math:
        return f'<span class="math">{escape(piece.text, quote=False)}</span>'
    if match is None:
        return escape(piece.text, quote=False)
    parts = [(part, escape(part, quote=False)) for part in re.split(r"([^\W_]+(?:\+\+|#)?)", piece.text)]
    return "".join(f"<mark>{html}</mark>" if has_word(part, match) else html for part, html in parts)
