"""What of a lesson one wants on a sheet of paper: its formulas, and the callouts that exams ask about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from questions.text import markup

KEPT = re.compile(
    r'<(?P<tag>div|span) class="math display">[^<]*</(?P=tag)>|<aside class="callout callout-exam"[^>]*>.*?</aside>',
    re.DOTALL,
)
"""In a section's clean HTML: a formula in a line of its own, or a callout of what exams ask; neither holds its like."""


TRY = '<p class="try">'
"""What the last paragraph of a callout begins with: links to try something, which lead nowhere on paper."""


@dataclass(frozen=True)
class SheetPart:
    """The formulas and callouts of one section, as clean HTML."""

    title: str
    pieces: list[SafeString]


def formula_sheet(text: str) -> list[SheetPart]:
    """Return what belongs on the sheet of a lesson's text, by section; sections without any are left out."""
    parts = [
        SheetPart(section.title, [_without_links(match[0]) for match in KEPT.finditer(section.html)])
        for section in markup.sections(text)
    ]
    return [part for part in parts if part.pieces]


def _without_links(html: str) -> SafeString:
    kept, links, _ = html.partition(TRY)
    return mark_safe(f"{kept}</aside>" if links else html)  # noqa: S308 - it was clean
