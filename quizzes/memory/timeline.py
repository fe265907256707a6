"""How the lines of a card's log move it on in time: reviews, and practice along `encompasses` edges.

A right answer about a concept A that encompasses B with weight ω practises the cards of B: an implicit review of them,
ω of a good one (`fsrs.practise`). At most one a study day counts, and only for a card that was reviewed before. As
the stability goes ω of the way that a review would take it, so does the clock: the day from which elapsed days count
moves on by ω of those that have passed. Were it left, the next day's practice would again find the card as faded as
before the first, and credit the same gap once more; were it set to the day of the practice, a tenth of a review would
restore full recall.
"""

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias

Line: TypeAlias = tuple[Any, ...]
"""(card, instant, event, study day, rating, practice, …): lines sort card by card, each card's in order of time."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What a line that counts does to a card's clock."""

    elapsed: int
    """Whole days from the day counted from to the line's."""
    counted_from: date
    """The day that elapsed days count from afterwards."""
    practised_on: date | None
    """The day of the last practice that counted."""


def move(counted_from: date | None, practised_on: date | None, on: date, practice: float) -> Moved | None:
    """How a line of the study day `on` moves a card on; None for practice that does not count.

    `counted_from` is None for a card never reviewed; `practice` is 0 for a review, else its weight in (0, 1].
    """
    elapsed = max((on - counted_from).days, 0) if counted_from else 0
    if not practice:
        return Moved(elapsed, on, practised_on)
    if counted_from is None or (practised_on is not None and practised_on >= on):
        return None
    return Moved(elapsed, counted_from + timedelta(days=math.floor(practice * elapsed)), on)


@dataclass
class Timeline:
    """The lines that count of many cards' logs, one card after the other, and what the memory model makes of them.

    `lines`, and the whole days `elapsed` before each, are as long; `cards`, `lengths` (of each one's lines) and
    `clocks` (as the last line left it) are, too.
    """

    lines: list[Line] = field(default_factory=list)
    elapsed: list[int] = field(default_factory=list)
    cards: list[Hashable] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    clocks: list[Moved] = field(default_factory=list)


def timeline(log: Iterable[Line]) -> Timeline:
    """The lines of a sorted log that count: all reviews, and of the practice what `move` lets count."""
    found = Timeline()
    for card, own in groupby(log, key=itemgetter(0)):
        clock: Moved | None = None
        begin = len(found.lines)
        for line in own:
            counted_from, practised_on = (clock.counted_from, clock.practised_on) if clock else (None, None)
            if moved := move(counted_from, practised_on, line[3], line[5]):
                clock = moved
                found.lines.append(line)
                found.elapsed.append(moved.elapsed)
        if clock:
            found.cards.append(card)
            found.lengths.append(len(found.lines) - begin)
            found.clocks.append(clock)
    return found
