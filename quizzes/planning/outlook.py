"""What the days until the exam hold, if the plan is kept: by students simulated from where this one stands.

The simulated students are as this one is believed to be, and answer as the planner expects, each by luck of their own.
They review what gains most (`value.gains`), which is a little less than the plan does, and costs far less to compute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quizzes.memory import fsrs
from quizzes.planning import policies, simulate
from quizzes.planning.cards import Cards, Floats
from quizzes.planning.forecast import Forecast, Z

DRAWS = 6
SEED = 0
CHOICES = (5, 10, 15, 20, 30, 45, 60)
"""Minutes a day that the curve is drawn at, beside the student's own."""
MAX_DAYS = 120


@dataclass(frozen=True)
class Day:
    """What to expect of a day: minutes, answers, and those among them about something new."""

    minutes: float
    reviews: float
    new: float


@dataclass(frozen=True)
class Outlook:
    """The score if the plan is kept, for some choices of minutes a day, and what each coming day holds."""

    kept: Forecast
    curve: list[tuple[int, float]]
    days: list[Day]


def outlook(
    cards: Cards,
    days: float,
    minutes: int,
    w: tuple[float, ...] = fsrs.DEFAULT_PARAMETERS,
    reading: Floats | float = 0.0,
    first_read: Floats | None = None,
) -> Outlook | None:
    """The outlook of one student, `cards` of shape (1, cards), `days` (0-120, more count as 120) before the exam.

    `minutes` are those that the student has a day, `reading` (cards,) the seconds that are read before the first answer
    to each, and `first_read` (cards,) the chance to know it then; None: as before. Returns None where nothing that the
    exam asks is left to ask.
    """
    if not cards.worth.any():
        return None
    weight = cards.weight[0] / cards.weight.sum()
    bank = simulate.Bank(weight, cards.seconds[0], cards.guess[0], cards.first[0], reading, first_read)
    choices = sorted({*CHOICES, minutes})
    whole = int(np.clip(np.ceil(days), 1, MAX_DAYS))
    students = len(choices) * DRAWS
    luck = _same_for_all(simulate.Luck.draw(DRAWS, bank.weight.size, whole, seed=SEED), len(choices))
    outcome = simulate.simulate(
        policies.greedy,
        bank,
        luck,
        days=whole,
        budget=np.repeat(np.array(choices) * 60.0, DRAWS),
        truth=[w] * students,
        belief=[w] * students,
        start=Cards(*(np.repeat(part, students, axis=0) for part in vars(cards).values())),
    )
    by_choice = outcome.score.reshape(len(choices), DRAWS).mean(1)
    chosen = slice(choices.index(minutes) * DRAWS, (choices.index(minutes) + 1) * DRAWS)
    return Outlook(
        kept=_forecast(outcome.score[chosen], outcome.chance[chosen], bank.weight),
        curve=list(zip(choices, np.maximum.accumulate(by_choice).tolist(), strict=True)),
        days=[
            Day(float(seconds) / 60, float(reviews), float(new))
            for seconds, reviews, new in zip(
                outcome.seconds[chosen].mean(0),
                outcome.reviews[chosen].mean(0),
                outcome.new[chosen].mean(0),
                strict=True,
            )
        ],
    )


def _same_for_all(luck: simulate.Luck, times: int) -> simulate.Luck:
    """The same luck for every choice, so that the curve shows the choice alone."""
    return simulate.Luck(
        np.tile(luck.right, (times, 1, 1)), np.tile(luck.pace, (times, 1, 1)), np.tile(luck.missed, (times, 1))
    )


def _forecast(scores: Sequence[float] | Floats, chance: Floats, weight: Floats) -> Forecast:
    """The mean, and a 90 % interval that holds the luck of the days to come and of the exam itself."""
    mean = float(np.mean(scores))
    variance = float(np.var(scores)) + float((weight**2 * chance * (1 - chance)).sum(1).mean())
    half = Z * variance**0.5
    return Forecast(mean, max(mean - half, 0.0), min(mean + half, 1.0))
