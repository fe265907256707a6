"""What headings are linked by, and what an author says at their end of the section that they begin. Pure."""

from __future__ import annotations

import itertools
import re
import unicodedata

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

MARK = re.compile(r"\{(?:#(?P<id>[^\s{}]+))?[ \t]*(?:teaches=(?P<teaches>[a-z0-9,-]*))?\}$")
"""What a heading may end with: the anchor that it keeps when it is reworded, and what its section teaches."""


def give_ids(state: StateCore) -> None:
    """An id for each heading: the one that it is marked with, else its words.

    With a number where another has them already.
    """
    taken: set[str] = set()
    for heading, title in itertools.pairwise(state.tokens):
        if heading.type != "heading_open":
            continue
        words = _take_mark(heading, title) or slug_of(title.content)
        names = itertools.chain([words], (f"{words}-{number}" for number in itertools.count(2)))
        heading.attrSet("id", next(name for name in names if name not in taken))
        taken.add(str(heading.attrGet("id")))


def slug_of(title: str) -> str:
    """The letters and digits of a title, of any script with their marks, joined by hyphens."""
    kept = (char if unicodedata.category(char)[0] in "LMN" else " " for char in title.casefold())
    return "-".join("".join(kept).split()) or "section"


def _take_mark(heading: Token, title: Token) -> str:
    """Take the mark at a heading's end out of its words, and keep what it says; returns the anchor, "" without one."""
    mark = MARK.search(title.content)
    last = title.children[-1] if title.children else None
    if mark is None or last is None or last.type != "text" or not last.content.endswith(mark[0]):
        return ""
    title.content = title.content[: mark.start()].rstrip()
    last.content = last.content.removesuffix(mark[0]).rstrip()
    if mark["teaches"] is not None:
        heading.meta = {**heading.meta, "teaches": [slug for slug in mark["teaches"].split(",") if slug]}
    return mark["id"] or ""
