"""Simulated students under different policies: the proof of the planner, and the forecasts that pages show.

A student's memory is FSRS-6 with parameters of their own, which the planner need not know. Each day they spend their
minutes on what the policy puts first; an answer is right when it is recalled or guessed, and not slipped; a wrong one
is asked again the same day, at the cost of another answer. Seconds are log-normal around the item's. All randomness is
drawn beforehand for (student, card, day), so that policies meet the same luck (common random numbers).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quizzes.memory import fsrs
from quizzes.memory.calibration import log_losses
from quizzes.planning.cards import RELEARN, Cards, Floats, chance_right, known_unseen, relearned

Booleans: TypeAlias = NDArray[np.bool_]
Students: TypeAlias = NDArray[np.int64]
Parameters: TypeAlias = tuple[float, ...]

SLIP = 0.02
"""P(wrong) of what is recalled."""
SPREAD = 0.35
"""Standard deviation of the logarithm of an answer's seconds."""


@dataclass(frozen=True)
class Bank:
    """The tasks of a course, shapes (cards,): weight in shares of the exam, seconds, guess rate.

    `first` is the chance that a newcomer knows what was never asked, (cards,) or (students, cards). `reading` is the
    seconds that are read before the first answer, and `first_read` the chance to know it then; None: as before.
    """

    weight: Floats
    seconds: Floats
    guess: Floats
    first: Floats
    reading: Floats | float = 0.0
    first_read: Floats | None = None

    @property
    def first_asked(self) -> Floats:
        """The chance to know what is asked for the first time."""
        return self.first if self.first_read is None else self.first_read


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
    first: Floats

    @property
    def cards(self) -> Cards:
        """The cards in the shape that the planner takes."""
        row = np.ones((self.S.shape[0], 1))
        bank = self.bank
        columns = (row * column for column in (bank.weight, bank.seconds, bank.guess, self.first))
        return Cards(self.S, self.D, self.elapsed, *columns)

    @property
    def unseen(self) -> Booleans:
        return np.isnan(self.S)

    @property
    def recall(self) -> Floats:
        """R now; NaN for the unseen."""
        return fsrs.retrievability(self.elapsed, self.S, self.w)


Policy: TypeAlias = Callable[[Believed], Floats]
"""Priorities (students, cards): what is highest is reviewed first, what is -inf is not reviewed."""


Sight: TypeAlias = Callable[[Floats], Floats]
"""The chances to know what was never asked (students, cards), by who was right at first (1 or 0; NaN: not asked)."""


class Fits(Protocol):
    """Who fits the students' memories to their answers."""

    def after(
        self, day: int, done: Booleans, right: Booleans, beliefs: Sequence[Parameters]
    ) -> Mapping[int, tuple[Parameters, Floats, Floats]]:
        """Be told a day's answers; say what is believed anew of some students: parameters, and S and D (cards,)."""


@dataclass(frozen=True)
class Answers:
    """What was answered and what of it would be right: arrays (students, days, cards)."""

    done: Booleans
    right: Booleans


@dataclass(frozen=True)
class Judged:
    """How what was believed came true: the mean log loss (students,) of the `answers`, in nats.

    And each day's `error` (students, days) of the score to expect at the exam if nothing more were reviewed.
    """

    log_loss: Floats
    error: Floats
    answers: Answers


@dataclass(frozen=True)
class Outcome:
    """What a policy brought each student.

    The expected score at the exam, the chance that each card is right there, and for each day the seconds, reviews and
    new cards; where that was asked for, how what was believed came true.
    """

    score: Floats
    chance: Floats
    seconds: Floats
    reviews: NDArray[np.int64]
    new: NDArray[np.int64]
    judged: Judged | None = None


def simulate(
    policy: Policy,
    bank: Bank,
    luck: Luck,
    *,
    days: int,
    budget: float | Floats,
    truth: Sequence[Parameters],
    belief: Sequence[Parameters] | None = None,
    start: Cards | None = None,
    slip: float = SLIP,
    sight: Sight | None = None,
    fits: Fits | None = None,
    judged: bool = False,
) -> Outcome:
    """Let students (one for each of `truth`) prepare for `days` days with `budget` seconds each, and sit the exam.

    The planner believes that their parameters are `belief`, the defaults without it, until `fits` says otherwise; and
    of first answers what `sight` makes of those given so far; without it, what the bank says is so. Without `start`
    nobody has seen anything. `judged` says that beliefs are to be held against what comes.
    """
    beliefs = list(belief or [fsrs.DEFAULT_PARAMETERS] * len(truth))
    school = _School(bank, luck, truth, beliefs, start, slip=slip, sight=sight)
    minutes = np.broadcast_to(np.asarray(budget, dtype=np.float64), (luck.right.shape[0],))
    shape = (luck.right.shape[0], days)
    spent, reviews, new = np.zeros(shape), np.zeros(shape, int), np.zeros(shape, int)
    loss, error = np.zeros(shape), np.zeros(shape)
    answers = Answers(*np.zeros((2, *(luck.right.shape if judged else (0, 0, 0))), dtype=bool))
    for day in range(days):
        believed = school.believed(day, days, minutes)
        priorities = _each(believed, policy)
        right, seconds = school.answers(day)
        done = _within(minutes, priorities, seconds) & ~luck.missed[:, day, None]
        spent[:, day] = (seconds * done).sum(1)
        reviews[:, day] = done.sum(1)
        new[:, day] = (done & np.isnan(school.S)).sum(1)
        if judged:
            left, now = (_each(believed, partial(_chance_right, after)) for after in (days - day, 0))
            error[:, day] = np.abs(((left - school.chance_right(days - day)) * bank.weight).sum(1))
            loss[:, day] = np.where(done, log_losses(now, right), 0.0).sum(1)
            answers.done[:, day], answers.right[:, day] = done, right
        school.learn(done, right)
        if fits:
            school.believe(fits.after(day, done, right, school.beliefs))
    chance = school.chance_right()
    came = Judged(loss.sum(1) / np.maximum(reviews.sum(1), 1), error, answers) if judged else None
    return Outcome((chance * bank.weight).sum(1), chance, spent, reviews, new, came)


def log_loss_alone(bank: Bank, answers: Answers) -> Floats:
    """The mean log loss (students,) that FSRS alone has on these answers: the defaults, first ones a coin's toss."""
    students, days, cards = answers.done.shape
    S, D, elapsed = np.full((students, cards), np.nan), np.full((students, cards), np.nan), np.zeros((students, cards))
    w, loss, half = fsrs.DEFAULT_PARAMETERS, np.zeros(students), np.full((students, cards), 0.5)
    for day in range(days):
        done, right = answers.done[:, day], answers.right[:, day]
        known = np.where(np.isnan(S), half, fsrs.retrievability(elapsed, S, w))
        loss += np.where(done, log_losses(fsrs.expected_correct(known, bank.guess), right), 0.0).sum(1)
        S, D = move_on(S, D, elapsed, right, done, w)
        elapsed = np.where(done, 0.0, elapsed) + 1.0
    return np.asarray(loss / np.maximum(answers.done.sum((1, 2)), 1))


def _each(believed: Sequence[tuple[Students, Believed]], compute: Callable[[Believed], Floats]) -> Floats:
    """What is computed of students (students, cards), of those with the same parameters together."""
    found = np.empty((sum(who.size for who, _ in believed), believed[0][1].S.shape[1]))
    for who, theirs in believed:
        found[who] = compute(theirs)
    return found


def _chance_right(after: float, now: Believed) -> Floats:
    return chance_right(now.cards, now.w, after)


class _School:
    """The students' memories as they are, and as the planner believes them to be: arrays (students, cards)."""

    def __init__(
        self,
        bank: Bank,
        luck: Luck,
        truth: Sequence[Parameters],
        beliefs: list[Parameters],
        start: Cards | None,
        *,
        slip: float,
        sight: Sight | None,
    ) -> None:
        self.bank, self.luck, self.beliefs, self.slip, self.sight = bank, luck, beliefs, slip, sight
        shape = (luck.right.shape[0], bank.weight.size)
        self.S = start.S.copy() if start else np.full(shape, np.nan)
        self.D = start.D.copy() if start else np.full(shape, np.nan)
        self.elapsed = start.elapsed.copy() if start else np.zeros(shape)
        self.true_S, self.true_D = self.S.copy(), self.D.copy()
        self.groups = _groups(truth)
        self.ease, self.interval = np.full(shape, 2.5), np.zeros(shape)
        self.lapsed = np.zeros(shape, dtype=bool)
        self.first_right = np.full(shape, np.nan)

    def believed(self, day: int, days: int, seconds_a_day: Floats) -> list[tuple[Students, Believed]]:
        """What the planner goes by on `day` of `days`, of students with the same parameters together."""
        first = self.sight(self.first_right) if self.sight else self.bank.first
        first = np.broadcast_to(first, self.S.shape)

        def of(who: Students, w: Parameters) -> Believed:
            states = self.S[who], self.D[who], self.elapsed[who], self.lapsed[who], self.ease[who], self.interval[who]
            return Believed(self.bank, *states, day, days, seconds_a_day[who], w, first[who])

        return [(who, of(who, w)) for w, who in _groups(self.beliefs)]

    def believe(self, anew: Mapping[int, tuple[Parameters, Floats, Floats]]) -> None:
        """Believe other parameters of some students, and their states by these."""
        for student, (w, S, D) in anew.items():
            self.beliefs[student], self.S[student], self.D[student] = w, S, D

    def chance_right(self, after: float = 0.0, *, asked: bool = False) -> Floats:
        """P(right) of each card `after` days from now; `asked` once what is read beforehand was read."""
        recall, first = np.empty(self.S.shape), self.bank.first_asked if asked else self.bank.first
        first = np.broadcast_to(first, self.S.shape)
        for w, who in self.groups:
            seen = fsrs.retrievability(self.elapsed[who] + after, self.true_S[who], w)
            unseen = known_unseen(first[who], self.elapsed[who] + after, w)
            recall[who] = np.where(np.isnan(self.true_S[who]), unseen, seen)
        return np.asarray((1 - self.slip) * (recall + (1 - recall) * self.bank.guess))

    def answers(self, day: int) -> tuple[Booleans, Floats]:
        """Whether each card would be answered right on `day`, and its seconds, with relearning and reading."""
        right = self.luck.right[:, day] < self.chance_right(asked=True)
        reading = np.where(np.isnan(self.S), self.bank.reading, 0.0)
        return right, reading + self.bank.seconds * self.luck.pace[:, day] * np.where(right, 1.0, 1.0 + RELEARN)

    def learn(self, done: Booleans, right: Booleans) -> None:
        """Move all states on by the answers that were given, and by one day."""
        self.interval, self.ease = _sm2(done, right, self.interval, self.ease)
        self.lapsed = np.where(done, ~right, self.lapsed)
        self.first_right = np.where(done & np.isnan(self.S), right, self.first_right)
        for w, who in self.groups:
            self.true_S[who], self.true_D[who] = move_on(
                self.true_S[who], self.true_D[who], self.elapsed[who], right[who], done[who], w
            )
        for w, who in _groups(self.beliefs):
            self.S[who], self.D[who] = move_on(self.S[who], self.D[who], self.elapsed[who], right[who], done[who], w)
        self.elapsed = np.where(done, 0.0, self.elapsed) + 1.0


def _within(budget: Floats, priorities: Floats, seconds: Floats) -> Booleans:
    """The cards that are begun, highest priority first, before each student's budget (students,) is used up."""
    order = np.argsort(-priorities, axis=1, kind="stable")
    ends = np.cumsum(np.take_along_axis(seconds, order, 1), axis=1)
    begins = np.concatenate([np.zeros((budget.size, 1)), ends[:, :-1]], axis=1)
    begun = (begins < budget[:, None]) & np.isfinite(np.take_along_axis(priorities, order, 1))
    done = np.zeros(priorities.shape, dtype=bool)
    np.put_along_axis(done, order, begun, 1)
    return done


def _groups(parameters: Sequence[Parameters]) -> list[tuple[Parameters, Students]]:
    """Each of the parameters, and who has them."""
    who: dict[Parameters, list[int]] = defaultdict(list)
    for student, w in enumerate(parameters):
        who[w].append(student)
    return [(w, np.array(students)) for w, students in who.items()]


def move_on(S: Floats, D: Floats, t: Floats, right: Booleans, done: Booleans, w: Parameters) -> tuple[Floats, Floats]:
    """States after the day's answers; what was wrong has been relearned."""
    next_S, next_D = S.copy(), D.copy()
    good, wrong = done & right, done & ~right
    next_S[good], next_D[good] = fsrs.step(S[good], D[good], t[good], fsrs.GOOD, w)
    next_S[wrong], next_D[wrong] = relearned(S[wrong], D[wrong], t[wrong], w)
    return next_S, next_D


def _sm2(done: Booleans, right: Booleans, interval: Floats, ease: Floats) -> tuple[Floats, Floats]:
    """SM-2's interval (days; 0 for a new card) and ease, graded 4 when right and 2 when wrong (Wozniak 1990)."""
    longer = np.where(interval < 1, 1.0, np.where(interval < 6, 6.0, interval * ease))
    after = np.where(right, longer, 1.0)
    eased = np.maximum(np.where(right, ease, ease - 0.32), 1.3)
    return np.where(done, after, interval), np.where(done, eased, ease)
