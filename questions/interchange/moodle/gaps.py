"""Texts with gaps that share lists of words, as Moodle's questions for missing words have them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from questions.interchange.leaving import Document, line_html, to_html
from questions.kinds.places import PLACE

MOST_GROUPS = 20
NUMBERED = re.compile(r"\[\[([0-9]{1,3})\]\]")
"""What Moodle would take for a gap in a text."""
TAG = re.compile(r"<[^<>]*>")
DRAGGED = {f"<{sign}{tag}>" for tag in ("em", "strong", "sub", "sup") for sign in ("", "/")}
"""The marks that words to be dragged keep; words in a list have none."""


@dataclass(frozen=True)
class Gaps:
    """What belongs into the gaps of a text: of each part the number of its word; words as HTML with that of their list.

    Words with marks are dragged, others chosen from a list.
    """

    places: dict[str, int]
    words: list[tuple[str, int]]
    are_dragged: bool
    because: str
    """What is said to any wrong word."""

    def fill(self, text: str, name_picture: Callable[[str], str]) -> str:
        """The text as HTML, with `[[1]]` where the first word belongs."""
        return PLACE.sub(lambda found: f"[[{self.places[found[1]]}]]", to_html(text, name_picture))


def find_gaps(body: Document) -> Gaps | None:
    """The gaps that the parts of a question are, or None: all chosen in the text, and at least two of one list.

    To all wrong words the same is said.

    Other questions with parts are texts with embedded answers, which hold more.
    """
    parts = body["parts"]
    names = PLACE.findall(body["stem"])
    if names != [f"blank{place}" for place in range(1, len(parts) + 1)] or names != [part["id"] for part in parts]:
        return None
    said = {
        choice.get("because", "") for part in parts for choice in part.get("choices", []) if not choice.get("correct")
    }
    if len(said) != 1 or not all(_is_bare(part) for part in parts):
        return None
    lists = [tuple(choice["text"] for choice in part["choices"]) for part in parts]
    groups = {texts: number for number, texts in enumerate(dict.fromkeys(lists), start=1)}
    if len(groups) == len(parts) or len(groups) > MOST_GROUPS or any(len(set(texts)) < len(texts) for texts in groups):
        return None
    words = [(line_html(text), number) for texts, number in groups.items() for text in texts]
    tags = {tag for html, _ in words for tag in TAG.findall(html)}
    if any("\\(" in html for html, _ in words) or not tags <= DRAGGED or NUMBERED.search(body["stem"]):
        return None
    places = {
        part["id"]: words.index((line_html(_right(part)), groups[texts])) + 1
        for part, texts in zip(parts, lists, strict=True)
    }
    return Gaps(places, words, bool(tags), said.pop())


def _is_bare(part: Document) -> bool:
    """Whether a part is a choice, of which nothing else is said."""
    return part["kind"] == "single_choice" and part.keys() <= {"id", "kind", "choices"}


def _right(part: Document) -> str:
    return next(str(choice["text"]) for choice in part["choices"] if choice.get("correct"))
