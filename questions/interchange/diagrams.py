"""Diagrams on their way out: other programs draw none of numbers, and are given pictures. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from questions.figures import pictures
from questions.figures.diagram_pictures import draw_picture
from questions.figures.diagrams import DiagramError
from questions.interchange.leaving import Leaving
from questions.text import markup
from questions.text.diagram_places import kind_of

SAID = "The numbers of its diagrams: they leave as pictures."


def draw_diagrams(item: Leaving) -> Leaving:
    """The item, which draws no numbers, with pictures in the place of its diagrams."""
    drawn: dict[str, bytes] = {}

    def draw(kind: str, source: str) -> str:
        words, svg = draw_picture(kind, source)
        picture = pictures.read("diagram.svg", svg)
        drawn[picture.address] = picture.content
        return f"![{words.replace('[', '(').replace(']', ')')}](media/{picture.address})"

    body = _replace(item.body, draw)
    return replace(item, body=body, drawn=drawn, said=(*item.said, SAID)) if drawn else item


def _replace(value: Any, draw: Callable[[str, str], str]) -> Any:
    if isinstance(value, dict):
        return {name: _replace(part, draw) for name, part in value.items()}
    if isinstance(value, list):
        return [_replace(part, draw) for part in value]
    return _replace_in(value, draw) if isinstance(value, str) and "plot" in value else value


def _replace_in(text: str, draw: Callable[[str, str], str]) -> str:
    """The text with a picture in the place of each block of a diagram; what precedes it on its line stays."""
    lines = text.split("\n")
    for token in reversed(markup.parse(text)):
        kind = kind_of(token)
        if kind is None or token.map is None:
            continue
        start, end = token.map
        before = lines[start].partition(token.markup)[0]
        try:
            lines[start:end] = [before + draw(kind, token.content), ""]
        except DiagramError:
            continue
    return "\n".join(lines).rstrip("\n") if lines else text
