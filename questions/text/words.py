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
WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
"""Letters and digits, with what makes another word of them: C++ and C# are not C."""
INDEX = re.compile(r"(?<=[^\W\d_])[\^_]\{?(?=\d)")
"""What stands between a letter and its raised or lowered digit in LaTeX: w^2 is w2, as w² is."""
DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")
LETTER_AND_DIGITS = re.compile(r"([^\W\d_])(\d+)")
SENTENCES = """
about an and any are as at be because been between by can could did difference differences do does doing don during each
explain for from had has have how if in into is it its me my not of on or our should so such than that the their them
then there these they this those to was we were what when where which while who why will with would you your
"""
STOP_WORDS = frozenset(SENTENCES.split())
"""Words of sentences: they are left out where others are left."""


def as_title(slug: str) -> str:
    """A slug as words: `weight-decay` is `Weight decay`."""
    return slug.replace("-", " ").capitalize()


def split_query(query: str) -> tuple[str, ...]:
    """The different words of a query, in lower case; Greek letters as they are written in LaTeX, w² and w^2 as w2."""
    words = dict.fromkeys(WORD.findall(_spell(query[:LONGEST_QUERY].translate(GREEK))))
    telling = [word for word in words if word not in STOP_WORDS]
    return tuple(telling or words)[:MOST_WORDS]


def _spell(text: str) -> str:
    return INDEX.sub("", text.casefold().translate(DIGITS))


def is_plain(word: str) -> bool:
    """Whether a word is of letters and digits alone."""
    return word.isalnum()


def split_index(word: str) -> tuple[str, str] | None:
    """A letter and its digits, which a text may hold apart: w2 as w^2."""
    match = LETTER_AND_DIGITS.fullmatch(word)
    return (match[1], match[2]) if match else None


def root(word: str) -> str:
    """A word without its ending, four letters at least, and without a consonant that the ending doubled."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_ROOT:
            rest = word[: -len(ending)]
            return rest[:-1] if DOUBLED.search(rest) and ending in ("ing", "ings", "ed") else rest
    return word


def has_word(text: str, start: str) -> bool:
    """Whether a word of the text begins with `start`, which is in lower case."""
    return any(word.startswith(start) for word in WORD.findall(_spell(text)))


def count_words(html: str, words: Sequence[str]) -> int:
    """How many of the words a text holds, by their roots; tags are no text."""
    text = TAG.sub(" ", html)
    return sum(has_word(text, root(word)) for word in words)
