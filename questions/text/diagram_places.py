"""Where diagrams stand in a text: fenced blocks, `plot histogram`, which are drawn once the text is clean HTML."""

from __future__ import annotations

import re
from html import escape, unescape

from markdown_it.token import Token

from questions.figures import diagrams

PLACE = re.compile(r'<div class="diagram-place">([a-z]*)\n([^<]*)</div>')
"""In clean HTML: the kind of a diagram, and its fields."""


def kind_of(token: Token) -> str | None:
    """Return the kind of diagram that a fenced block asks for; None for other blocks."""
    words = token.info.split()
    return " ".join(words[1:]) if token.type == "fence" and words[:1] == ["plot"] else None


def place(token: Token) -> str:
    """Return the HTML that keeps the place of a diagram until it is drawn; "" for other blocks."""
    kind = kind_of(token)
    return "" if kind is None else f'<div class="diagram-place">{escape(kind)}\n{escape(token.content)}</div>\n'


def flaw(token: Token) -> str | None:
    """Return why the diagram of a block cannot be drawn; None where it can, and for other blocks."""
    kind = kind_of(token)
    try:
        if kind is not None:
            diagrams.draw(kind, token.content)
    except diagrams.DiagramError as error:
        return f"This diagram cannot be drawn: {error}"
    return None


def drawn(html: str) -> str:
    """Return clean HTML with its diagrams drawn; what cannot be, which publishing refuses, stays as it is written."""
    return PLACE.sub(_draw, html)


def _draw(match: re.Match[str]) -> str:
    try:
        return diagrams.draw(match[1], unescape(match[2]))
    except diagrams.DiagramError:
        return f"<pre>{match[2]}</pre>"
