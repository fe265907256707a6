"""Texts with places in them, `[[name]]`, where something else is to stand: rendered, and cut there."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString, mark_safe

from questions.kinds.places import PLACE
from questions.text import markup

MARK = "placeofpart{}x"
"""Stands for a place while the text is rendered: a word, which Markdown and the colours of code leave whole."""


def cut_at_places(text: str, names: Sequence[str]) -> list[tuple[SafeString, str]]:
    """Return a Markdown text as pieces of clean HTML, each with the name of the place that it ends at; "" at the end.

    A piece may open what a later one closes.
    """
    ends = [name for name in PLACE.findall(text) if name in names]
    marked = text
    for number, name in enumerate(ends):
        marked = marked.replace(f"[[{name}]]", MARK.format(number))
    html = str(markup.render(marked))
    pieces: list[tuple[SafeString, str]] = []
    for number, name in enumerate(ends):
        before, _, html = html.partition(MARK.format(number))
        pieces.append((mark_safe(before), name))  # noqa: S308 - cut from clean HTML
    return [*pieces, (mark_safe(html), "")]  # noqa: S308


def without_places(text: str) -> str:
    """Return a Markdown text with an ellipsis in each place, as where it is quoted."""
    return PLACE.sub("…", text)
