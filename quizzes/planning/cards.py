"""The cards of students as the planner sees them, and what one review of a card costs and gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from quizzes.memory import fsrs

Floats: TypeAlias = NDArray[np.float64]

RELEARN = 1.0
"""Extra seconds, in those of an answer, that a wrong answer costs: the card is asked again the same day."""


@dataclass(frozen=True)
class Cards:
    """The tasks of students, arrays of shape (students, cards); S and D are NaN for what was never seen.

    `elapsed` days since the last review; `weight` in shares of the exam (0: it does not matter); `seconds` > 0 of an
    answer; `guess` the chance to be right by luck; `first` the chance that what was never seen is known all the same
    (`memory.first_sight`).
    """

    S: Floats
    D: Floats
    elapsed: Floats
    weight: Floats
    seconds: Floats
    guess: Floats
    first: Floats

    @property
    def worth(self) -> Floats:
        """Marks that hang on memory, luck being had anyway."""
        return np.asarray(self.weight * (1 - self.guess))

    @property
    def scale(self) -> Floats:
        """Marks per second of each student's course as a whole: the unit of prices, (students,)."""
        seconds = (self.seconds * (self.worth > 0)).sum(1)
        return np.asarray(self.worth.sum(1) / np.maximum(seconds, 1e-9))

    @property
    def ratio(self) -> Floats:
        """Each card's seconds for its worth, as a ratio to those of the course as a whole; 1 where it has none."""
        ratio = self.seconds / np.maximum(self.worth, 1e-12) * self.scale[:, None]
        return np.where(self.worth > 0, ratio, 1.0)

    def some(self, which: slice) -> Cards:
        """Some cards of every student."""
        return Cards(*(column[:, which] for column in vars(self).values()))

    def of(self, students: slice) -> Cards:
        """The cards of some students."""
        return Cards(*(column[students] for column in vars(self).values()))


def relearned(S: Floats, D: Floats, t: Floats, w: Sequence[float]) -> tuple[Floats, Floats]:
    """The state after a lapse, and after the review that same day which puts it right."""
    lapsed, harder = fsrs.step(S, D, t, fsrs.AGAIN, w)
    return fsrs.step_same_day(lapsed, harder, fsrs.GOOD, w)


def known_unseen(first: Floats, elapsed: Floats, w: Sequence[float]) -> Floats:
    """The chance that what was never seen is known after so many days: it fades as after an easy answer.

    It is what the lesson left. The arguments broadcast.
    """
    return np.asarray(first * fsrs.retrievability(elapsed, max(w[3], fsrs.STABILITY_MIN), w))


def chance_known(cards: Cards, w: Sequence[float], after: float = 0.0) -> Floats:
    """The chance that each card is known `after` days from now if it is not reviewed, luck aside."""
    recall = fsrs.retrievability(cards.elapsed + after, cards.S, w)
    unseen = np.isnan(cards.S)
    recall[unseen] = known_unseen(cards.first[unseen], np.nan_to_num(cards.elapsed[unseen]) + after, w)
    return recall


def chance_right(cards: Cards, w: Sequence[float], after: float = 0.0) -> Floats:
    """P(right) of a review `after` days from now, luck included."""
    return fsrs.expected_correct(chance_known(cards, w, after), cards.guess)


def costs(cards: Cards, w: Sequence[float]) -> Floats:
    """Expected seconds of a review today, with those of relearning what turns out wrong."""
    return np.asarray(cards.seconds * (1 + RELEARN * (1 - chance_right(cards, w))))


def gains(cards: Cards, days: float, w: Sequence[float]) -> Floats:
    """What one review today adds at the exam `days` from now if it is the last, in marks per second of its cost."""
    leads = fsrs.branch(cards.S, cards.D, cards.elapsed[..., None], w)
    right = chance_right(cards, w)
    (good, _), (again, _) = leads.good, fsrs.step_same_day(*leads.again, fsrs.GOOD, w)
    if_right, if_wrong = (fsrs.retrievability(days, S[..., 0], w) for S in (good, again))
    without = chance_known(cards, w, days)
    cost = cards.seconds * (1 + RELEARN * (1 - right))
    return np.asarray(cards.worth * (right * if_right + (1 - right) * if_wrong - without) / cost)
