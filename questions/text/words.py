"""The words of a search: how a query is cut into words, and which words of a text stand for them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_QUERY, MOST_WORDS = 100, 8
"""Characters and words of a query; what is beyond is left out."""
ENDINGS = (
    *("isations", "izations", "isation", "ization", "ations", "ation", "ings", "ing"),
    *("ises", "izes", "ise", "ize", "ies", "ied", "es", "ed", "s", "y"),
)
SHORTEST_ROOT = 4
DOUBLED = re.compile(r"([bdfgmnprt])\1$")
GREEK = str.maketrans(
    {"α": " alpha ", "β": " beta ", "γ": " gamma ", "ε": " epsilon ", "η": " eta ", "λ": " lambda "}
    | {"μ": " mu ", "σ": " sigma ", "θ": " theta ", "∇": " nabla ", "Σ": " sum "}
)
TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"[^\W_]+")


def split_query(query: str) -> tuple[str, ...]:
    """The different words of a query, in lower case; Greek letters as they are written in LaTeX."""
    text = query[:LONGEST_QUERY].translate(GREEK).casefold()
    return tuple(dict.fromkeys(_WORD.findall(text)))[:MOST_WORDS]


def root(word: str) -> str:
    """A word without its ending, four letters at least, and without a consonant that the ending doubled."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_ROOT:
            rest = word[: -len(ending)]
            return rest[:-1] if DOUBLED.search(rest) and ending in ("ing", "ings", "ed") else rest
    return word


def has_word(text: str, start: str) -> bool:
    """Whether a word of the text begins with `start`, which is in lower case."""
    return any(word.startswith(start) for word in _WORD.findall(text.casefold()))


def count_words(html: str, words: Sequence[str]) -> int:
    """How many of the words a text holds, by their roots; tags are no text."""
    text = TAG.sub(" ", html)
    return sum(has_word(text, root(word)) for word in words)
