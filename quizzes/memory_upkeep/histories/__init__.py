"""Review histories as other programs write them: one module per format. Pure: a file in, plain values out."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


class HistoryError(ValueError):
    """A file cannot be read; `problems` says what has to be mended, and where."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class ItemName:
    """What was asked, named by an item's slug and, of a match set, the pair."""

    item: str
    facet: str = ""

    @classmethod
    def read(cls, text: str) -> "ItemName":
        """Read `slug`, or `slug:pair` (also with the two colons by which Anki nests tags)."""
        item, _, facet = text.strip().partition(":")
        return cls(item, facet.removeprefix(":"))

    def __str__(self) -> str:
        return f"{self.item}:{self.facet}" if self.facet else self.item


@dataclass(frozen=True, slots=True, eq=False)
class Note:
    """What was asked, as a note in another program, of which `cards` cards were made."""

    id: int
    guid: str
    tags: tuple[str, ...]
    fields: tuple[str, ...]
    """Plain text."""
    cards: int

    def __str__(self) -> str:
        return self.fields[0] or self.guid


@dataclass(frozen=True, slots=True)
class PastReview:
    """One review."""

    subject: ItemName | Note
    place: int
    """The number, from 0, of the card among its note's."""
    rating: int
    """1 (again) to 4 (easy)."""
    at: datetime
    """Aware."""
    duration_ms: int
    key: str
    """Names the review in this and all later exports."""
    forgotten_at: datetime | None = None
    """When the card was made new again, if it was: the review does not count since then. Aware."""


@dataclass(frozen=True, slots=True)
class NotAReview:
    """A line of the history that is no review: the reason in words, and an example to recognise it by."""

    why: str
    example: str


HistoryLine: TypeAlias = PastReview | NotAReview
