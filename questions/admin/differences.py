"""Two texts beside each other, with what differs marked."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

MAX_WORDS = 2000
"""Of a changed passage: in a longer one whole lines are marked, since comparing takes time with the square."""


@dataclass(frozen=True)
class Difference:
    """A field of which two people have different texts."""

    label: str
    theirs: SafeString
    mine: SafeString


def compare(label: str, theirs: str, mine: str) -> Difference:
    """Mark what each text has that the other has not: lines first, and within changed lines words."""
    marked: tuple[list[SafeString], list[SafeString]] = ([], [])
    for same, left, right in _passages(theirs.splitlines(keepends=True), mine.splitlines(keepends=True)):
        words = _split(left), _split(right)
        if same or max(map(len, words)) > MAX_WORDS:
            passages = [(same, [left], [right])]
        else:
            passages = [(equal, [old], [new]) for equal, old, new in _passages(*words)]
        for equal, (old,), (new,) in passages:
            for side, text in zip(marked, (old, new), strict=True):
                if text:
                    side.append(format_html("{}" if equal else "<mark>{}</mark>", text))
    return Difference(label, *(format_html_join("", "{}", ((part,) for part in side)) for side in marked))


def _passages(left: Sequence[str], right: Sequence[str]) -> list[tuple[bool, str, str]]:
    """The two sequences in passages: whether they are the same there, and the text of each."""
    codes = difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    return [(tag == "equal", "".join(left[a:b]), "".join(right[c:d])) for tag, a, b, c, d in codes]


def _split(text: str) -> list[str]:
    """The text's words, each with the space that follows it."""
    words: list[str] = []
    for line in text.splitlines(keepends=True):
        parts = line.split(" ")
        words += [f"{part} " for part in parts[:-1]] + parts[-1:]
    return words
