"""The names that a formula may hold, the tokens it is cut into, and what is said of a text that is none."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias

from questions.expressions.tree import ENGLISH, FUNCTIONS, PI, E, canonical

Words: TypeAlias = dict[str, tuple[str, str]]
SHORT = ("lg", "lb", "ld")
"""Functions that are a product where both letters are names: `lb` is length times breadth."""


class ExpressionError(ValueError):
    """A text that is no formula, or more than one: it says where, what was read, and what is expected."""


class Token(NamedTuple):
    """A piece of a formula; `apart` says that a space stands before it, and `at` where it begins."""

    kind: Literal["number", "constant", "name", "function", "sign", "fraction", "end"]
    text: str
    at: int
    apart: bool = False
    value: Fraction | None = None
    base: str = ""
    """Of a logarithm: what is written below it."""


@dataclass(frozen=True)
class Vocabulary:
    """The names that a formula may hold, and what `log` means in it: "" where that is asked."""

    names: tuple[str, ...]
    log: str = ""

    @classmethod
    def of(cls, names: Iterable[str], log: str = "") -> Vocabulary:
        """The vocabulary of these names, however they are spelt."""
        return cls(tuple(canonical(name) for name in names), log)

    @functools.cached_property
    def words(self) -> Words:
        """What each run of letters stands for: its kind, and what it is called here."""
        letters = {name for name in self.names if len(name) == 1}
        words = {
            name: ("function", called)
            for name, called in FUNCTIONS.items()
            if name not in SHORT or not letters.issuperset(name)
        }
        words |= {"pi": ("constant", PI), PI: ("constant", PI), E: ("constant", E)}
        for name in self.names:
            base, _, below = name.partition("_")
            if not below:
                words |= dict.fromkeys((base, ENGLISH.get(base, base)), ("name", name))
        return words

    @functools.cached_property
    def glued(self) -> Words:
        """The words, and names with letters below them that are typed as one word: `Ea` for `E_a`."""
        words = dict(self.words)
        for below, names in self.lowered.items():
            if below.isalpha():
                words.update({base + below: ("name", name) for base, name in names.items()})
        return words

    @functools.cached_property
    def lowered(self) -> dict[str, dict[str, str]]:
        """The names that something stands below, by that, and by what stands above it."""
        table: dict[str, dict[str, str]] = {}
        for name in self.names:
            base, _, below = name.partition("_")
            if below:
                table.setdefault(below, {}).update(dict.fromkeys((base, ENGLISH.get(base, base)), name))
        return table

    @functools.cached_property
    def cut(self) -> dict[tuple[str, str], tuple[Token, ...]]:
        """How runs of letters, with what stands below them, were cut before: some hundred of them."""
        return {}

    def __hash__(self) -> int:
        return hash((self.names, self.log))

    @functools.cached_property
    def expected(self) -> str:
        """For people: what may stand here."""
        names = ", ".join(name for name in self.names)
        return f"a number, {names}, a function or a bracket" if names else "a number, a function or a bracket"
