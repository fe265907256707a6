"""Curves and scores as SVG, legible on light and dark ground: colours are those of the text around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from questions.figures.charts import Axis

WIDTH, ROW, LEFT = 720, 16, 210
SCORES = Axis(0, 1, LEFT, WIDTH - 50)
GREY, ACCENT = "#7a8290", "#2f7de1"


@dataclass(frozen=True)
class Group:
    """The scores (0-1) of policies in one setting, and the bound on all of them."""

    title: str
    scores: Mapping[str, float]
    bound: float


def scores(groups: Sequence[Group], *, ours: str) -> str:
    """A dot for each policy on a line from 0 to 1, the settings one below the other."""
    parts: list[str] = []
    y = 0
    for group in groups:
        y += 30
        parts.append(_text(0, y, group.title, bold=True))
        parts.append(_line(SCORES.at(group.bound), y + 6, y + 6 + ROW * len(group.scores), dashed=True))
        for name, score in sorted(group.scores.items(), key=lambda entry: -entry[1]):
            y += ROW
            colour = ACCENT if name == ours else GREY
            parts.append(_text(8, y, name, bold=name == ours))
            parts.append(_bar(y, SCORES.at(score), colour))
            parts.append(_text(SCORES.at(score) + 6, y, f"{score:.3f}", bold=name == ours))
    label = "Expected exam scores of policies; the dashed lines are what no policy can exceed"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 10}" role="img" aria-label="{label}" '
        f'font-family="system-ui, sans-serif" font-size="11" fill="{GREY}">{"".join(parts)}</svg>\n'
    )


def _bar(y: float, end: float, colour: str) -> str:
    return f'<rect x="{LEFT}" y="{y - 9}" width="{end - LEFT:.1f}" height="9" rx="2" fill="{colour}"/>'


def _line(x: float, top: float, bottom: float, *, dashed: bool) -> str:
    dash = ' stroke-dasharray="3 3"' if dashed else ""
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}" stroke="{GREY}"{dash}/>'


def _text(x: float, y: float, text: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y}"{weight}>{escape(text)}</text>'
