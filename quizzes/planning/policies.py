"""Policies that simulated students follow: what is used elsewhere, and this planner."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from quizzes.memory import fsrs
from quizzes.planning import value
from quizzes.planning.cards import Floats, gains
from quizzes.planning.simulate import Believed, Policy


def fixed_retention(desired: float, *, new_first: bool) -> Policy:
    """FSRS as it is used: what is due at a desired retention, weakest first, and new cards before or after."""

    def policy(now: Believed) -> Floats:
        due = np.rint(fsrs.interval(now.S, desired, now.w)) <= now.elapsed
        order = np.arange(now.bank.weight.size) * 1e-6
        fresh = (10.0 if new_first else 0.0) - order
        return np.where(now.unseen, fresh, np.where(due, 2.0 - now.recall, -np.inf))

    return policy


def sm2(now: Believed) -> Floats:
    """SM-2: what is due by its intervals, most overdue first, then new cards."""
    overdue = now.elapsed - now.interval
    return np.where(now.unseen, -1.0 - np.arange(now.bank.weight.size) * 1e-6, np.where(overdue >= 0, overdue, -np.inf))


def weakest_first(now: Believed) -> Floats:
    """Whatever is weakest now, the unseen first."""
    return np.where(now.unseen, 2.0, 1.0 - now.recall)


def threshold(now: Believed) -> Floats:
    """Every card to R = 0.9 at the exam: the furthest below first."""
    at_exam = np.nan_to_num(fsrs.retrievability(now.elapsed + now.days - now.day, now.S, now.w))
    return np.where(at_exam < 0.9, 1.0 - at_exam, -np.inf)


def cram(now: Believed) -> Floats:
    """Nothing until the last three days, then the weakest."""
    return weakest_first(now) if now.days - now.day <= 3 else np.full(now.S.shape, -np.inf)


def greedy(now: Believed) -> Floats:
    """The gain at the exam per second of one review today, as if it were the last."""
    gain = gains(now.cards, float(now.days - now.day), now.w)
    return np.where(gain > 0, gain, -np.inf)


def examprep(now: Believed) -> Floats:
    """This planner."""
    return value.priorities(now.cards, float(now.days - now.day), now.seconds_a_day, now.w)


POLICIES: Mapping[str, Policy] = {
    **{
        f"FSRS at {desired:.2f}, {'new' if new_first else 'reviews'} first": fixed_retention(
            desired, new_first=new_first
        )
        for desired in (0.80, 0.85, 0.90, 0.95)
        for new_first in (False, True)
    },
    "SM-2": sm2,
    "weakest first": weakest_first,
    "threshold": threshold,
    "cram in the last three days": cram,
    "greedy": greedy,
    "examprep": examprep,
}
