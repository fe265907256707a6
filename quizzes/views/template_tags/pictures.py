"""The illustrations of the pages: memory curves as inline SVG, whose colours are tokens."""

from __future__ import annotations

from django import template

from quizzes.memory import curves
from quizzes.memory.curves import MemoryCurve

register = template.Library()

CURVES = {
    "long": ((0, 6, 17, 36), 60, 640, 240, 0.55),
    "day": ((0, 6, 19), 40, 320, 140, 0.58),
    "exam": ((0, 4, 13, 30), 44, 320, 140, 0.58),
    "empty": ((0, 8), 24, 240, 100, 0.66),
}
"""The days of review, the day of the exam, width, height, and the chance at the lower edge, by name."""


@register.inclusion_tag("quizzes/_memory_curve.html")
def picture(name: str) -> dict[str, MemoryCurve | str]:
    """A memory curve: `long` for the landing page, `day` and `exam` for what is finished, `empty` for what is not yet.

    It says nothing that the text beside it does not say, and is hidden from screen readers.
    """
    return {"name": name, "curve": memory_curve(name)}


@register.simple_tag
def memory_curve(name: str) -> MemoryCurve:
    """The curve of a picture, where its numbers are told too."""
    return curves.memory_curve(*CURVES[name])
