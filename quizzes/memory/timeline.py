"""How the lines of a card's log move it on in time: reviews, and practice along `encompasses` edges.

A right answer about a concept A that encompasses B with weight ω practises the cards of B: an implicit review of them,
ω of a good one (`fsrs.practise`). At most one a study day counts, and only for a card that was reviewed before. As
the stability goes ω of the way that a review would take it, so does the clock: the day from which elapsed days count
moves on by ω of those that have passed. Were it left, the next day's practice would again find the card as faded as
before the first, and credit the same gap once more; were it set to the day of the practice, a tenth of a review would
restore full recall.
"""

import math
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple


class LogLine(NamedTuple):
    """One line of a card's log. Lines sort card by card, each card's in order of time."""

    card: uuid.UUID
    occurred_at: datetime
    event: uuid.UUID
    study_date: date
    rating: int
    """1 (again) to 4 (easy)."""
    practice: float
    """0 for a review, else the weight in (0, 1] of an implicit one."""
    guess_rate: float = 0.0
    """P(correct) of an answer by luck; loaded only where predictions are judged."""


@dataclass(frozen=True, slots=True)
class ClockStep:
    """What a line that counts does to a card's clock."""

    elapsed: int
    """Whole days from the day counted from to the line's study day."""
    counted_from: date
    """The day that elapsed days count from afterwards."""
    practised_on: date | None
    """The day of the last practice that counted."""


def step_clock(
    counted_from: date | None, practised_on: date | None, study_date: date, practice: float
) -> ClockStep | None:
    """Return how a line of the day `study_date` moves a card's clock; None for practice that does not count.

    `counted_from` is None for a card never reviewed; `practice` is 0 for a review, else its weight in (0, 1].
    """
    elapsed = max((study_date - counted_from).days, 0) if counted_from else 0
    if not practice:
        return ClockStep(elapsed, study_date, practised_on)
    if counted_from is None or (practised_on is not None and practised_on >= study_date):
        return None
    return ClockStep(elapsed, counted_from + timedelta(days=math.floor(practice * elapsed)), study_date)


@dataclass
class Timeline:
    """The lines that count of many cards' logs, one card after the other."""

    lines: list[LogLine] = field(default_factory=list)
    elapsed: list[int] = field(default_factory=list)
    """Of each line: the whole days before it."""
    cards: list[uuid.UUID] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    """Of each card: how many lines it has."""
    clocks: list[ClockStep] = field(default_factory=list)
    """Of each card: its clock after its last line."""


def build_timeline(log: Iterable[LogLine], starts: Mapping[uuid.UUID, ClockStep] = MappingProxyType({})) -> Timeline:
    """Return the lines of a sorted log that count: all reviews, and the practice that `step_clock` lets count.

    `starts` has the clocks of the cards whose log goes on from an earlier state.
    """
    timeline = Timeline()
    for card, lines in groupby(log, key=attrgetter("card")):
        clock = starts.get(card)
        begin = len(timeline.lines)
        for line in lines:
            counted_from, practised_on = (clock.counted_from, clock.practised_on) if clock else (None, None)
            if step := step_clock(counted_from, practised_on, line.study_date, line.practice):
                clock = step
                timeline.lines.append(line)
                timeline.elapsed.append(step.elapsed)
        if clock and len(timeline.lines) > begin:
            timeline.cards.append(card)
            timeline.lengths.append(len(timeline.lines) - begin)
            timeline.clocks.append(clock)
    return timeline
