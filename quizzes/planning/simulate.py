"""Simulated students under different policies: the proof of the planner, and the forecasts that pages show.

A student's memory is FSRS-6 with parameters of their own, which the planner need not know. Each day they spend their
minutes on what the policy puts first; an answer is right when it is recalled or guessed, and not slipped; a wrong one
is asked again the same day, at the cost of another answer. Seconds are log-normal around the item's. All randomness is
drawn beforehand for (student, card, day), so that policies meet the same luck (common random numbers).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from quizzes.memory import fsrs
from quizzes.planning import value
from quizzes.planning.value import FIRST_RIGHT, Cards, Floats

Booleans: TypeAlias = NDArray[np.bool_]
Parameters: TypeAlias = tuple[float, ...]

SLIP = 0.02
"""P(wrong) of what is recalled."""
SPREAD = 0.35
"""Standard deviation of the logarithm of an answer's seconds."""


@dataclass(frozen=True)
class Bank:
    """The tasks of a course, shapes (cards,): weight in shares of the exam, seconds, guess rate."""

    weight: Floats
    seconds: Floats
    guess: Floats


@dataclass(frozen=True)
class Luck:
    """What chance decides, for (students, cards, days): drawn once, the same for every policy."""

    right: NDArray[np.float32]
    pace: NDArray[np.float32]
    missed: Booleans

    @classmethod
    def draw(cls, students: int, cards: int, days: int, *, seed: int, missed: float = 0.0) -> Luck:
        """`missed` is the chance that a student does nothing on a day."""
        rng = np.random.Generator(np.random.Philox(seed))
        shape = (students, days, cards)
        right = rng.random(shape, dtype=np.float32)
        pace = np.exp(SPREAD * rng.standard_normal(shape, dtype=np.float32) - SPREAD**2 / 2)
        return cls(right, pace, rng.random((students, days)) < missed)


@dataclass
class Believed:
    """What the planner believes of students' cards on a day, shapes (students, cards); NaN for unseen ones."""

    bank: Bank
    S: Floats
    D: Floats
    elapsed: Floats
    last_lapse: Booleans
    ease: Floats
    interval: Floats
    day: int
    days: int
    seconds_a_day: Floats
    w: Parameters

    @property
    def cards(self) -> Cards:
        """As the planner has them."""
        row = np.ones((self.S.shape[0], 1))
        bank = self.bank
        return Cards(self.S, self.D, self.elapsed, row * bank.weight, row * bank.seconds, row * bank.guess)

    @property
    def unseen(self) -> Booleans:
        return np.isnan(self.S)

    @property
    def recall(self) -> Floats:
        """R now; NaN for the unseen."""
        return fsrs.retrievability(self.elapsed, self.S, self.w)


Policy: TypeAlias = Callable[[Believed], Floats]
"""Priorities (students, cards): what is highest is reviewed first, what is -inf is not reviewed."""


@dataclass(frozen=True)
class Outcome:
    """Of each student: the expected score at the exam, the chance that each card is right there, and per day the
    seconds, reviews and new cards."""

    score: Floats
    chance: Floats
    seconds: Floats
    reviews: NDArray[np.int64]
    new: NDArray[np.int64]


def simulate(
    policy: Policy,
    bank: Bank,
    luck: Luck,
    *,
    days: int,
    budget: float | Floats,
    truth: Sequence[Parameters],
    belief: Parameters = fsrs.DEFAULT_PARAMETERS,
    start: Cards | None = None,
    slip: float = SLIP,
) -> Outcome:
    """Let students (one for each of `truth`) prepare for `days` days with `budget` seconds each, and sit the exam.

    The planner believes that all of them have the parameters `belief`. Without `start` nobody has seen anything.
    """
    students, cards = luck.right.shape[0], bank.weight.size
    S, D, elapsed = (
        (start.S.copy(), start.D.copy(), start.elapsed.copy())
        if start
        else (np.full((students, cards), np.nan), np.full((students, cards), np.nan), np.zeros((students, cards)))
    )
    groups = _groups(truth)
    true_S, true_D = S.copy(), D.copy()
    ease = np.full((students, cards), 2.5)
    interval = np.zeros((students, cards))
    lapse = np.zeros((students, cards), dtype=bool)
    minutes = np.broadcast_to(np.asarray(budget, dtype=np.float64), (students,))
    spent, reviews, new = np.zeros((students, days)), np.zeros((students, days), int), np.zeros((students, days), int)
    for day in range(days):
        now = Believed(bank, S, D, elapsed, lapse, ease, interval, day, days, minutes, belief)
        keys = policy(now)
        recall = np.where(np.isnan(true_S), FIRST_RIGHT, 0.0)
        for w, who in groups:
            seen = fsrs.retrievability(elapsed[who], true_S[who], w)
            recall[who] = np.where(np.isnan(true_S[who]), FIRST_RIGHT, seen)
        right = luck.right[:, day] < (1 - slip) * (recall + (1 - recall) * bank.guess)
        takes = bank.seconds * luck.pace[:, day] * np.where(right, 1.0, 1.0 + value.RELEARN)
        order = np.argsort(-keys, axis=1, kind="stable")
        before = np.cumsum(np.take_along_axis(takes, order, 1), axis=1)
        before = np.concatenate([np.zeros((students, 1)), before[:, :-1]], axis=1)
        begun = (before < minutes[:, None]) & np.isfinite(np.take_along_axis(keys, order, 1))
        done = np.zeros((students, cards), dtype=bool)
        np.put_along_axis(done, order, begun, 1)
        done &= ~luck.missed[:, day, None]
        spent[:, day] = (takes * done).sum(1)
        reviews[:, day] = done.sum(1)
        new[:, day] = (done & np.isnan(S)).sum(1)
        interval, ease = _sm2(done, right, interval, ease)
        lapse = np.where(done, ~right, lapse)
        for w, who in groups:
            chosen = done[who]
            true_S[who], true_D[who] = _after(true_S[who], true_D[who], elapsed[who], right[who], chosen, w)
        S, D = _after(S, D, elapsed, right, done, belief)
        elapsed = np.where(done, 0.0, elapsed) + 1.0
    known = np.zeros((students, cards))
    for w, who in groups:
        known[who] = np.nan_to_num(fsrs.retrievability(elapsed[who], true_S[who], w))
    chance = (1 - slip) * (known + (1 - known) * bank.guess)
    return Outcome((chance * bank.weight).sum(1), chance, spent, reviews, new)


def simulate_known(
    policy: Policy, bank: Bank, luck: Luck, *, days: int, budget: float, truth: Sequence[Parameters]
) -> Outcome:
    """As `simulate`, with a planner that knows each student's parameters, as after a fit."""
    parts: list[tuple[NDArray[np.int64], Outcome]] = []
    for w, who in _groups(truth):
        own = Luck(luck.right[who], luck.pace[who], luck.missed[who])
        parts.append((who, simulate(policy, bank, own, days=days, budget=budget, truth=[w] * who.size, belief=w)))
    order = np.argsort(np.concatenate([who for who, _ in parts]))
    names = ("score", "chance", "seconds", "reviews", "new")
    return Outcome(*(np.concatenate([getattr(one, name) for _, one in parts])[order] for name in names))


def _groups(truth: Sequence[Parameters]) -> list[tuple[Parameters, NDArray[np.int64]]]:
    return [(w, np.array([at for at, one in enumerate(truth) if one == w])) for w in dict.fromkeys(truth)]


def _after(S: Floats, D: Floats, t: Floats, right: Booleans, done: Booleans, w: Parameters) -> tuple[Floats, Floats]:
    """States after the day's answers; what was wrong has been relearned."""
    next_S, next_D = S.copy(), D.copy()
    good, wrong = done & right, done & ~right
    next_S[good], next_D[good] = fsrs.step(S[good], D[good], t[good], fsrs.GOOD, w)
    next_S[wrong], next_D[wrong] = value.relearned(S[wrong], D[wrong], t[wrong], w)
    return next_S, next_D


def _sm2(done: Booleans, right: Booleans, interval: Floats, ease: Floats) -> tuple[Floats, Floats]:
    """SM-2's interval (days; 0 for a new card) and ease, graded 4 when right and 2 when wrong (Wozniak 1990)."""
    longer = np.where(interval < 1, 1.0, np.where(interval < 6, 6.0, interval * ease))
    after = np.where(right, longer, 1.0)
    eased = np.maximum(np.where(right, ease, ease - 0.32), 1.3)
    return np.where(done, after, interval), np.where(done, eased, ease)


# Policies


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
    found = value.gains(now.cards, float(now.days - now.day), now.w)
    return np.where(found > 0, found, -np.inf)


def examprep(now: Believed) -> Floats:
    """Ours."""
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
