"""What a word that nothing holds may have been meant as: the nearest word of the lessons and concepts.

A process keeps the words of all texts, up to a bound, until one of the texts gets longer or shorter.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.db.models import Count, Max, Sum
from django.db.models.functions import Length

from questions.models import Concept, Lesson
from questions.text.words import root

MOST_CHARACTERS = 2_000_000
"""Of all texts that words are taken from."""
SHORTEST, LONGEST = 4, 30
"""Letters of a word that may be misspelt: of a shorter one too much else is near."""
LONG = 8
"""From so many letters on two of them may be wrong, and not one."""
COMPARED = 60
"""Words that are compared letter by letter: those that share most pairs of letters."""
LETTERS = re.compile(r"[^\W\d_]{4,30}")
COMMAND = re.compile(r"\\[A-Za-z]+")
"""A command of LaTeX, which is no word."""


class _Stamp(NamedTuple):
    """What changes as soon as a text gets longer or shorter."""

    lessons: tuple[int | None, ...]
    concepts: tuple[int | None, ...]


class Vocabulary:
    """The words of some texts, by the pairs of letters in them."""

    def __init__(self, texts: Iterable[str]) -> None:
        words = itertools.chain.from_iterable(LETTERS.findall(COMMAND.sub(" ", text).casefold()) for text in texts)
        self.counts = Counter(words)
        self.by_pair: dict[str, list[str]] = defaultdict(list)
        for word in self.counts:
            for pair in _pairs(word):
                self.by_pair[pair].append(word)

    def holds(self, word: str) -> bool:
        """Whether one of the words begins with the root of this one."""
        start = root(word)
        return any(other.startswith(start) for other in self.counts)

    def nearest(self, word: str) -> str | None:
        """Return the word that differs in the fewest letters, of several the one that is used most; None if none does.

        Two neighbours that were swapped are one difference.
        """
        if not (word.isalpha() and SHORTEST <= len(word) <= LONGEST):
            return None
        most = 2 if len(word) >= LONG else 1
        shared = Counter(
            other
            for pair in _pairs(word)
            for other in self.by_pair.get(pair, ())
            if abs(len(other) - len(word)) <= most
        )
        ranked = [(distance(word, other), -self.counts[other], other) for other, _ in shared.most_common(COMPARED)]
        best = min(ranked, default=None)
        return best[2] if best and best[0] <= most else None


def correct(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words, with the nearest in place of each that no text holds. Two queries, or five."""
    vocabulary = _load_vocabulary(_stamp())
    return tuple(word if vocabulary.holds(word) else vocabulary.nearest(word) or word for word in words)


def distance(one: str, other: str) -> int:
    """Return how many letters have to be put in, left out, changed or swapped with the next (string alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, wanted in enumerate(other, 1):
            cost = min(last[column] + 1, line[column - 1] + 1, last[column - 1] + (letter != wanted))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, last = last, line
    return last[-1]


def _pairs(word: str) -> set[str]:
    """The pairs of letters that stand side by side, the ends among them."""
    return {first + second for first, second in itertools.pairwise(f" {word} ")}


def _stamp() -> _Stamp:
    lengths = Sum(Length("title") + Length("summary") + Length("body_markdown"))
    names = Sum(Length("name") + Length("definition"))
    lessons = Lesson.objects.aggregate(rows=Count("pk"), newest=Max("pk"), length=lengths)
    concepts = Concept.objects.aggregate(rows=Count("pk"), newest=Max("pk"), length=names)
    return _Stamp(tuple(lessons.values()), tuple(concepts.values()))


@functools.lru_cache(maxsize=1)
def _load_vocabulary(stamp: _Stamp) -> Vocabulary:
    return Vocabulary(_load_texts())


def _load_texts() -> Iterator[str]:
    """All names and titles first, then as much of the lessons as the bound leaves."""
    left = MOST_CHARACTERS
    heads = itertools.chain(
        Concept.objects.values_list("name", "definition").iterator(),
        Lesson.objects.values_list("title", "summary").iterator(),
        Lesson.objects.values_list("body_markdown").iterator(),
    )
    for texts in heads:
        text = " ".join(texts)[:left]
        left -= len(text)
        yield text
        if not left:
            return
