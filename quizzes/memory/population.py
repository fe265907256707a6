"""What a course's students and items have in common, learned from everybody's first answers; see `first_sight`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quizzes.memory.first_sight import (
    READING,
    READING_ERROR,
    AllAbilities,
    FirstSeen,
    Floats,
    Ints,
    Population,
    clip_step,
    estimate_students,
    score_slope,
    sum_by,
)

ROUNDS, CLOSE = 200, 1e-3
"""Rounds of learning at most; logits by which nothing moves any more."""
NARROWEST, WIDEST = 0.1, 3.0
"""Standard deviations that effects may have."""
RIDGE = 1.0
"""The standard deviation of the effects of kinds and of a level of difficulty, before anything is known."""
SWEEPS = 2
"""Sweeps for each round by which what reading shares with students and items is taken from it."""


@dataclass(frozen=True)
class Learned:
    """What was learned of a course: its population, and the ease (items,) of each item with its standard error."""

    population: Population
    ease: Floats
    error: Floats


def learn(
    first: FirstSeen, concept: Ints, kinds: Sequence[str], difficulty: Floats, begin: Population | None = None
) -> Learned:
    """Learn eases and spreads from everybody's first answers; items have a main concept, a kind, and a difficulty.

    In turn students are solved for given the items, and items given the students, each answer beside what all others
    say of its student and its item; then what reading gains, and the spreads that the effects show. An item that nobody
    answered has the ease that is expected of it.
    """
    population, names = begin or Population(), sorted(set(kinds))
    shape = int(first.student.max(initial=0)) + 1, int(concept.max(initial=0)) + 1
    design = np.column_stack(
        [np.ones(len(kinds)), difficulty - 3.0, *([kind == name for kind in kinds] for name in names)]
    )
    ease = population.expected_ease(kinds, difficulty)
    expected, error = ease, np.full(ease.size, population.scatter)
    cell, met = (first.student, concept[first.item]), np.zeros(shape, dtype=bool)
    met[cell] = True
    students = int(met.any(1).sum())
    others, doubt, reading = ease[first.item], error[first.item] ** 2, _Reading(first, cell, shape)
    for _ in range(ROUNDS):
        before, read = (ease, population), population.reading * first.read
        who = estimate_students(first, concept, others + read, doubt, shape, population)
        mean, variance = who.mean[cell], who.variance[cell]
        gained = reading.learn(who, others, doubt, population)
        slope, told = score_slope(mean + others + read, first, doubt)
        mean, variance = _without(mean, variance, slope, told)
        for _ in range(2):
            slope, told = score_slope(mean + ease[first.item] + read, first, variance)
            told_of = sum_by(first.item, told, ease.size)
            error = 1 / np.sqrt(told_of + population.scatter**-2.0)
            pull = sum_by(first.item, slope, ease.size)
            ease = ease + clip_step((pull - (ease - expected) * population.scatter**-2.0) * error**2)
        slope, told = score_slope(mean + ease[first.item] + read, first, variance)
        others, doubt = _without(ease[first.item], error[first.item] ** 2, slope, told)
        effects = _effects(ease, told_of, design, population.scatter)
        expected = design @ effects
        spreads = _spreads(who, met, ((ease - expected) ** 2 + error**2)[told_of > 0])
        kind_effects = dict(zip(names, effects[2:].tolist(), strict=True))
        population = Population(
            float(effects[0]), float(effects[1]), kind_effects, *spreads, students, gained, reading.error
        )
        if _is_close(ease, population, *before):
            break
    return Learned(population, ease, error)


def _is_close(ease: Floats, population: Population, ease_before: Floats, before: Population) -> bool:
    moved = abs(population.concept - before.concept) * 4, abs(population.reading - before.reading)
    return float(np.abs(ease - ease_before).max()) < CLOSE and max(moved) < CLOSE


class _Reading:
    """What is to be learned of reading: its part that is neither a student's, nor an item's, nor a student's concept's.

    Who reads may be abler, and what is read may be easier: so reading is held against other answers of the same
    student, and of the same item. `part` (answers,) is what is left of it without those (Frisch and Waugh 1933), each
    answer weighed by what it tells; it is found by backfitting, some sweeps for each round of learning.
    """

    def __init__(self, first: FirstSeen, cell: tuple[Ints, Ints], shape: tuple[int, int]) -> None:
        self.first, self.cell = first, cell
        self.read = np.broadcast_to(np.asarray(first.read, dtype=np.float64), first.item.shape)
        self.part = self.read.copy()
        self.groups = first.student, first.item, np.ravel_multi_index(cell, shape)
        self.fits = [np.zeros(first.item.size) for _ in self.groups]
        self.error = READING_ERROR

    def learn(self, who: AllAbilities, others: Floats, doubt: Floats, population: Population) -> float:
        """What reading gains, a step of Fisher scoring on from what the population has; `others` are the eases."""
        if not self.read.any():
            return READING
        variance = who.variance[self.cell]
        at = who.mean[self.cell] + others + population.reading * self.read
        slope, told = score_slope(at, self.first, doubt, variance)
        self._part(told, population.concept)
        precision = float((told * self.read * self.part).sum()) + READING_ERROR**-2.0
        self.error = precision**-0.5
        within = self.read - self.fits[0] - self.fits[1]
        pull = float((slope * within).sum()) - (population.reading - READING) * READING_ERROR**-2.0
        return population.reading + float(clip_step(np.asarray(pull / precision)))

    def _part(self, told: Floats, concept: float) -> None:
        for _ in range(SWEEPS):
            for number, (group, spread) in enumerate(zip(self.groups, (np.inf, np.inf, concept), strict=True)):
                left = self.part + self.fits[number]
                size = int(group.max()) + 1
                weight = np.maximum(sum_by(group, told, size) + spread**-2.0, 1e-12)
                self.fits[number] = (sum_by(group, told * left, size) / weight)[group]
                self.part = left - self.fits[number]


def _without(mean: Floats, variance: Floats, slope: Floats, told: Floats) -> tuple[Floats, Floats]:
    """What is left of a mean and its variance without what each answer itself added to them."""
    left = np.maximum(1 - told * variance, 0.1)
    return mean - variance * slope / left, variance / left


def _effects(ease: Floats, told: Floats, design: Floats, scatter: float) -> Floats:
    """What eases follow, by ridge regression: each counts by how well its answers tell it."""
    counts = told / (told + scatter**-2.0)
    free = np.full(design.shape[1], (scatter / RIDGE) ** 2)
    free[0] = 1e-9  # the mean
    weighted = design * counts[:, None]
    return np.asarray(np.linalg.solve(weighted.T @ design + np.diag(free), weighted.T @ ease))


def _spreads(who: AllAbilities, met: NDArray[np.bool_], of_items: Floats) -> tuple[float, float, float]:
    """The spreads that effects show: the mean square of each, and of the doubt about it (Dempster et al. 1977).

    Those of students, of students in the concepts that they `met` (students, concepts), and of items.
    """
    general = who.general**2 + who.common
    apart = who.apart**2 + who.own + (1 - who.share) ** 2 * who.common[:, None]
    return _deviation(general[met.any(1)]), _deviation(apart[met]), _deviation(of_items)


def _deviation(squares: Floats) -> float:
    return float(np.clip(np.sqrt(squares.mean()), NARROWEST, WIDEST)) if squares.size else 1.0
