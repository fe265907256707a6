"""Simulated students who read sections and answer questions on them, by plans told what reading gains or not.

Each concept is taught by a section of its own. Its questions are asked after it was read, as plans have it; who has
read it is likelier right at first sight, also about what is never asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from quizzes.memory import fsrs
from quizzes.planning import plan, simulate
from quizzes.planning.cards import RELEARN, Floats, known_unseen
from quizzes.planning.learners import Planted, estimate_all
from quizzes.planning.reading import Reading
from quizzes.planning.simulate import SLIP, Bank, Booleans, Luck, Parameters

A_LESSON = 5
"""Sections of a lesson, which are read in their order."""
ERROR = 0.05
"""How far what reading gains may be off once it was learned, in logits."""


@dataclass
class _Student:
    """Where a student stands, arrays (items,): memory as it is believed to be, in `truth`, and what was read.

    `first_right` is 1 or 0, NaN before the first answer; `read_before` says whether that was a reader's.
    """

    S: Floats
    D: Floats
    truth: tuple[Floats, Floats]
    elapsed: Floats
    first_right: Floats
    read_before: Floats
    read: Booleans

    @classmethod
    def newcomer(cls, items: int) -> _Student:
        never, nothing = np.full(items, np.nan), np.zeros(items)
        return cls(never, never, (never, never), nothing, never, nothing, np.zeros(items, dtype=bool))

    def chance_right(self, known: Floats, guess: Floats, w: Parameters) -> Floats:
        """P(right) of each item as the memory is; `known` at first sight."""
        seen = fsrs.retrievability(self.elapsed, self.truth[0], w)
        recall = np.where(np.isnan(self.S), known_unseen(known, self.elapsed, w), seen)
        return np.asarray((1 - SLIP) * (recall + (1 - recall) * guess))

    def learn(self, done: Booleans, right: Booleans, w: Parameters) -> None:
        """Move the memory on by a day's answers, and by the day."""
        fresh = done & np.isnan(self.S)
        self.first_right = np.where(fresh, right, self.first_right)
        self.read_before = np.where(fresh, self.read, self.read_before)
        self.truth = simulate.move_on(*self.truth, self.elapsed, right, done, w)
        defaults = fsrs.DEFAULT_PARAMETERS
        self.S, self.D = simulate.move_on(self.S, self.D, self.elapsed, right, done, defaults)
        self.elapsed = np.where(done, 0.0, self.elapsed) + 1.0


@dataclass(frozen=True)
class Trial:
    """What students prepare for and how: `known` (students, items) is the chance at first sight, before reading.

    Reading about a concept takes `section_seconds`, and gains `gain` logits. Each has `budget` seconds a day, for
    `days` days, and a memory of `truth`; plans believe in the default parameters.
    """

    planted: Planted
    bank: Bank
    luck: Luck
    truth: Sequence[Parameters]
    known: Floats
    gain: float
    section_seconds: float
    days: int
    budget: float

    def run(self, *, told: bool) -> Floats:
        """The expected score (students,), where plans are `told` what reading gains, or take it to gain nothing."""
        return np.array([self._prepare(student, told=told) for student in range(len(self.truth))])

    def _prepare(self, student: int, *, told: bool) -> float:
        w, stands = self.truth[student], _Student.newcomer(self.known.shape[1])
        for day in range(self.days):
            done, right = np.zeros((2, self.known.shape[1]), dtype=bool)
            if not self.luck.missed[student, day]:
                made = plan.plan_days([self._day(stands, day, told=told)])[0]
                done, right = self._keep(made, stands, student, day)
            stands.learn(done, right, w)
        return float(stands.chance_right(self._known(student, stands), self.bank.guess, w) @ self.bank.weight)

    def _known(self, student: int, stands: _Student) -> Floats:
        """The chance to know each item at first sight, as it is."""
        odds = self.known[student] / (1 - self.known[student]) * np.exp(self.gain * stands.read)
        return np.asarray(odds / (1 + odds))

    def _day(self, stands: _Student, day: int, *, told: bool) -> plan.Day:
        """What the plan of a day follows from."""
        planted, concept = self.planted, self.planted.items.concept
        gain, error = (self.gain, ERROR) if told else (0.0, 0.0)
        believed = replace(planted.learned.population, reading=gain, reading_error=error)
        read = stands.read.astype(np.float64)
        before = np.where(np.isnan(stands.first_right), read, stands.read_before)
        (who,) = estimate_all(stands.first_right[None], planted.believed, planted.concepts, believed, before[None])
        first, first_read = (
            who.known(planted.believed.to_reader(each, believed)) for each in (read, np.ones(read.size))
        )
        section = np.where(np.isnan(stands.S) & ~stands.read, concept, -1)
        seconds = np.full(planted.concepts, self.section_seconds)
        reading = Reading(section, seconds, np.arange(planted.concepts) // A_LESSON, first_read)
        return plan.Day(
            *(stands.S, stands.D, stands.elapsed, np.zeros(read.size, dtype=bool)),
            *(self.bank.seconds, self.bank.guess, first, [plan.Exam(self.bank.weight, float(self.days - day))]),
            *(self.budget, self.budget, 0.9, fsrs.DEFAULT_PARAMETERS),
            reading=reading,
        )

    def _keep(self, made: plan.Plan, stands: _Student, student: int, day: int) -> tuple[Booleans, Booleans]:
        """Read and answer by a plan until the seconds are used up: what was answered, and what of it was right."""
        done, right = np.zeros((2, stands.S.size), dtype=bool)
        before = {task: read.section for read in made.reads for task in read.tasks}
        spent = 0.0
        for task in made.order:
            if spent >= self.budget:
                break
            if task in before and not stands.read[task]:
                stands.read = stands.read | (self.planted.items.concept == before[task])
                spent += self.section_seconds
            chance = stands.chance_right(self._known(student, stands), self.bank.guess, self.truth[student])
            done[task], right[task] = True, self.luck.right[student, day, task] < chance[task]
            pace = float(self.luck.pace[student, day, task])
            spent += self.bank.seconds[task] * pace * (1.0 if right[task] else 1.0 + RELEARN)
        return done, right
