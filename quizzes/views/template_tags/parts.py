"""Template filters of questions with parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django import template
from django.utils.safestring import SafeString

from questions.text.places import cut_at_places

register = template.Library()

Part = Mapping[str, Any]
"""A part of a prompt, or a prompt with parts, as clients are sent it."""


CLOSING = ".,;:!?)"
"""What ends with the word before it: no line begins with it."""


class Piece(NamedTuple):
    """HTML of a stem, and the part whose place follows it, with its letter and what closes it; None at the end."""

    html: SafeString
    part: Part | None
    letter: str
    closing: str = ""


@register.filter
def pieces(prompt: Part) -> list[Piece]:
    """Return the stem of a prompt in pieces, cut where parts stand in it; whole for a question without any."""
    in_text = {part["id"]: (part, at) for at, part in enumerate(prompt.get("parts", [])) if part["in_text"]}
    if not in_text:
        return [Piece(SafeString(prompt["stem_html"]), None, "")]
    cut = cut_at_places(prompt["stem"], list(in_text))
    rest = [html.lstrip(CLOSING) for html, _ in cut]
    closing = [html[: len(html) - len(left)] for (html, _), left in zip(cut[1:], rest[1:], strict=True)]
    rest[0] = cut[0][0]
    return [
        Piece(SafeString(html), in_text[name][0], letter(in_text[name][1]), closing[at])
        if name
        else Piece(SafeString(html), None, "")
        for at, (html, (_, name)) in enumerate(zip(rest, cut, strict=True))
    ]


@register.filter
def letter(at: int) -> str:
    """Return the letter of the part at a place, from 0."""
    return chr(ord("a") + at)


@register.filter
def of_part(error: str, letter: str) -> str:
    """Return what is wrong with an answer where it is about the part of this letter; else ""."""
    return error if error and error.startswith(f"Part {letter}:") else ""


@register.filter
def lettered(parts: Iterable[Part]) -> list[tuple[str, Part]]:
    """Return the parts, each with its letter."""
    return [(letter(at), part) for at, part in enumerate(parts)]


@register.filter
def below_text(parts: Iterable[Part]) -> list[tuple[str, Part]]:
    """Return the parts that stand below the text, each with its letter."""
    return [(letter(at), part) for at, part in enumerate(parts) if not part["in_text"]]


@register.filter
def row_of(rows: Sequence[Any], part: str) -> object:
    """Return the row that shows the graded answer to a part; None where none does."""
    return next((row for row in rows or [] if row.part["id"] == part), None)
