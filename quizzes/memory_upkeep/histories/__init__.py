"""Review histories as other programs write them: one module per format. Pure: a file in, plain values out."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


class HistoryError(ValueError):
    """A file that cannot be read; `problems` says what has to be mended, and where."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Named:
    """What was asked, by its names here: an item's slug, and the pair of a match set."""

    item: str
    facet: str = ""

    @classmethod
    def read(cls, text: str) -> "Named":
        """`slug`, or `slug:pair` (also with the two colons that make a tag a branch of another)."""
        item, _, facet = text.strip().partition(":")
        return cls(item, facet.removeprefix(":"))

    def __str__(self) -> str:
        return f"{self.item}:{self.facet}" if self.facet else self.item


@dataclass(frozen=True, slots=True, eq=False)
class Note:
    """What was asked, as somebody wrote it down elsewhere: one note, of which `cards` cards were made."""

    id: int
    guid: str
    tags: tuple[str, ...]
    fields: tuple[str, ...]
    """Plain text."""
    cards: int

    def __str__(self) -> str:
        return self.fields[0] or self.guid


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One review. `rating` is 1 (again) to 4 (easy), `at` aware, and `key` names it for ever: in later exports too."""

    subject: Named | Note
    place: int
    """The number, from 0, of the card among its note's."""
    rating: int
    at: datetime
    duration_ms: int
    key: str


@dataclass(frozen=True, slots=True)
class Passed:
    """A line of the history that is no review."""

    why: str
    example: str


Line: TypeAlias = Reviewed | Passed
