"""What an import of a review history did."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

MAX_EXAMPLES = 5
MAX_LENGTH = 60
"""Characters of an example."""


@dataclass
class Skipped:
    """The reviews that were left out for one reason: how many, of which notes or names, and the first examples."""

    count: int = 0
    subjects: set[object] = field(default_factory=set)
    examples: list[str] = field(default_factory=list)


@dataclass
class ImportReport:
    """What an import did, and what the student's memory looks like after it."""

    read: int = 0
    imported: int = 0
    present: int = 0
    """Reviews that were in the log already."""
    stored: int = 0
    """Events that were written, also those that take others back."""
    skipped: dict[str, Skipped] = field(default_factory=lambda: defaultdict(Skipped))
    """By the reason, in words."""
    cards: set[uuid.UUID] = field(default_factory=set)
    """The cards of the imported reviews."""
    first: datetime | None = None
    last: datetime | None = None
    remembered: int = 0
    """Cards of the student that have a memory state now."""
    due: int = 0

    def add(self, card: uuid.UUID, occurred_at: datetime) -> None:
        """Count a review that is imported."""
        self.imported += 1
        self.cards.add(card)
        self.first = min(self.first or occurred_at, occurred_at)
        self.last = max(self.last or occurred_at, occurred_at)

    def skip(self, why: str, example: str) -> None:
        """Count a review that is left out."""
        skipped = self.skipped[why]
        skipped.count += 1
        shown = _fit_line(example)
        if len(skipped.examples) < MAX_EXAMPLES and shown not in skipped.examples:
            skipped.examples.append(shown)


def _fit_line(text: str) -> str:
    """Return text of a file as a short line that a terminal can show."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text[:1000]).split())
    return line if len(line) <= MAX_LENGTH else f"{line[: MAX_LENGTH - 1]}…"
