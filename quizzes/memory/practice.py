"""How the lines of a card's log move it on in time: reviews, and practice along `encompasses` edges.

A right answer about a concept A that encompasses B with weight ω practises the cards of B: an implicit review of them,
ω of a good one (`fsrs.practise`). At most one a study day counts, and only for a card that was reviewed before. As
the stability goes ω of the way that a review would take it, so does the clock: the day from which elapsed days count
moves on by ω of those that have passed. Were it left, the next day's practice would again find the card as faded as
before the first, and credit the same gap once more; were it set to the day of the practice, a tenth of a review would
restore full recall.
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta


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
