"""How likely a first answer is right: by who answers, what the item's concept is, and how easy the item is.

    P(right) = g + (1 - g)·σ(ability + ability in the concept + ease)

A student's ability, and what they are better or worse at in each concept, are normal with mean 0; an item's ease is
normal around what its kind and its author's difficulty let expect (`Population`). g is the chance to be right by luck.
`learn` finds eases and spreads from everybody's first answers; `estimate` finds one student's abilities from theirs,
and `Abilities` says what to expect of all other items, and how far that may be off.

It is a generalised linear mixed model with crossed effects (Breslow and Clayton 1993, J. Am. Stat. Assoc. 88), solved
by Fisher scoring in turns. The mean of σ over a normal of variance v is about σ(x / √(1 + πv/8)) (MacKay 1992, Neural
Computation 4), by which the doubt about whatever is not being solved for is taken along.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from quizzes.memory.rating import Rating

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

STEPS = 3
"""Steps of Fisher scoring from nothing to a student's abilities: more move them by less than 0.02 logits."""
FARTHEST = 2.0
"""Logits that a step moves at most."""
ROUNDS, CLOSE = 200, 1e-3
"""Rounds of learning at most; logits by which nothing moves any more."""
NARROWEST, WIDEST = 0.1, 3.0
"""Standard deviations that effects may have."""
RIDGE = 1.0
"""The standard deviation of the effects of kinds and of a level of difficulty, before anything is known."""
HALF_LUCK = 0.5
"""The least luck of a right answer that was slow, in parts, or a guess as the student says."""


@dataclass(frozen=True)
class Population:
    """What a course's students and items have in common, in logits; as it stands: before anybody answered.

    An item is expected to have the ease `mean`, `slope` more for each level of difficulty above 3, and what its kind
    adds. `ability`, `concept` and `scatter` are the standard deviations of students, of students in a concept, and of
    items around what is expected of them. It was learned from `students`.
    """

    mean: float = 0.0
    slope: float = -0.4
    kinds: Mapping[str, float] = field(default_factory=dict)
    ability: float = 0.8
    concept: float = 0.5
    scatter: float = 1.0
    students: int = 0

    def expected_ease(self, kinds: Sequence[str], difficulty: Floats) -> Floats:
        """The ease (items,) that is expected of items of these kinds, with the author's difficulty in 1-5."""
        effects = np.array([self.kinds.get(kind, 0.0) for kind in kinds], dtype=np.float64)
        return np.asarray(self.mean + effects + self.slope * (difficulty - 3.0))


@dataclass(frozen=True)
class Items:
    """What is known of items, arrays (items,): the number of the main concept, luck, and ease with its error."""

    concept: Ints
    luck: Floats
    ease: Floats
    error: Floats

    def some(self, which: Ints) -> Items:
        """Those of these numbers."""
        return Items(self.concept[which], self.luck[which], self.ease[which], self.error[which])


@dataclass(frozen=True)
class FirstSeen:
    """First answers, arrays (answers,): students and items by numbers, the share of the marks, and the luck in it."""

    student: Ints
    item: Ints
    score: Floats
    luck: Floats


def luck_of(rating: Ints, luck: Floats) -> Floats:
    """The luck in answers that were rated 1-4, to items that are right by luck with the chance `luck`.

    Who was sure and quick had none, who was slow or calls it a guess had more. Of a wrong answer it does not matter.
    """
    lucky = np.where(rating == Rating.HARD, np.maximum(luck, HALF_LUCK), luck)
    return np.where(rating == Rating.EASY, 0.0, lucky)


@dataclass(frozen=True)
class Abilities:
    """One student's abilities as their answers tell them.

    `mean` (concepts,) is what adds to the ease of a concept's items. It is off by `share` (concepts,) of one normal
    number of variance `common`, the same for all concepts, and by one of variance `own` (concepts,) of the concept's.
    """

    mean: Floats
    share: Floats
    common: float
    own: Floats

    @property
    def variance(self) -> Floats:
        """How far each mean may be off, as a variance: (concepts,)."""
        return np.asarray(self.share**2 * self.common + self.own)

    def known(self, items: Items) -> Floats:
        """The chance (items,) that each item is right at first sight, luck aside."""
        variance = self.variance[items.concept] + items.error**2
        return _sigmoid((self.mean[items.concept] + items.ease) * _flatter(variance))

    def between(self, items: Items, z: float) -> tuple[Floats, Floats]:
        """Where the chance to be right (items,), luck included, lies within `z` standard deviations."""
        middle = self.mean[items.concept] + items.ease
        off = z * np.sqrt(self.variance[items.concept] + items.error**2)
        low, high = (items.luck + (1 - items.luck) * _sigmoid(middle + side) for side in (-off, off))
        return low, high

    def doubt(self, items: Items, weight: Floats) -> float:
        """The variance that the doubt about abilities and eases gives to Σ weight·known."""
        known = self.known(items)
        moves = weight * known * (1 - known)
        by_concept = _sums(items.concept, moves, self.mean.size)
        together = float((by_concept * self.share).sum()) ** 2 * self.common
        return together + float((by_concept**2 * self.own).sum()) + float((moves**2 * items.error**2).sum())


def estimate(first: FirstSeen, items: Items, concepts: int, population: Population) -> Abilities:
    """Estimate the abilities of one student in `concepts` concepts by their first answers; all are of student 0."""
    error = items.error[first.item]
    found = _abilities(first, items.concept, items.ease[first.item], error**2, (1, concepts), population)
    return Abilities(found.mean[0], found.share[0], float(found.common[0]), found.own[0])


@dataclass(frozen=True)
class _AllAbilities:
    """As `Abilities`, of many students: arrays (students, concepts), `common` and `general` (students,).

    `general` and `apart` are the two parts of the mean: the ability, and what is apart from it in a concept.
    """

    general: Floats
    apart: Floats
    share: Floats
    common: Floats
    own: Floats

    @property
    def mean(self) -> Floats:
        return np.asarray(self.general[:, None] + self.apart)

    @property
    def variance(self) -> Floats:
        return np.asarray(self.share**2 * self.common[:, None] + self.own)


def _abilities(
    first: FirstSeen, concept: Ints, ease: Floats, doubt: Floats, shape: tuple[int, int], population: Population
) -> _AllAbilities:
    """All students' abilities, given the `ease` of what each answer was to and the variance that it may be off.

    Abilities in concepts hang together by the general one alone, so that each step is solved concept by concept.
    """
    students, concepts = shape
    cell = first.student * concepts + concept[first.item]
    prior, prior_apart = population.ability**-2.0, population.concept**-2.0

    def by_cell(values: Floats) -> Floats:
        return _sums(cell, values, students * concepts).reshape(shape)

    found = _AllAbilities(
        np.zeros(students),
        np.zeros(shape),
        np.ones(shape),
        np.full(students, 1 / prior),
        np.full(shape, 1 / prior_apart),
    )
    for _ in range(STEPS if cell.size else 0):
        at, variance = found.mean.reshape(-1).take(cell), found.variance.reshape(-1).take(cell)
        slope, told = _score(at + ease, first, doubt, variance)
        told_by, pull = by_cell(told), by_cell(slope)
        precision = told_by + prior_apart
        drawn = told_by / precision
        common = 1 / ((told_by * (1 - drawn)).sum(1) + prior)
        rest = pull - found.apart * prior_apart
        move = common * (pull.sum(1) - found.general * prior - (drawn * rest).sum(1))
        apart = found.apart + _clipped((rest - told_by * move[:, None]) / precision)
        found = _AllAbilities(found.general + _clipped(move), apart, 1 - drawn, common, 1 / precision)
    return found


def _score(x: Floats, first: FirstSeen, doubt: Floats, variance: Floats | float = 0.0) -> tuple[Floats, Floats]:
    """The slope of the log likelihood of each answer at the logit x, and what it tells of x (Fisher information).

    Both are means: over what the logit is off by `doubt`, which is another's, and by `variance`, which is that of x.
    Without the latter spreads come out some 7 % too small, since a slope is steepest where the mode is.
    """
    flatter, flattest = _flatter(doubt), _flatter(doubt + variance)
    known = _sigmoid(x * flattest)
    without_luck = (1 - first.luck) * known
    right = first.luck + without_luck
    rises = flatter * without_luck * (1 - known)
    spread = np.maximum(right * (1 - right), 1e-12)
    return (first.score - right) * rises / spread, rises**2 * flattest / flatter / spread


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
    say of its student and its item; then the spreads that the effects show. An item that nobody answered has the ease
    that is expected of it.
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
    others, doubt = ease[first.item], error[first.item] ** 2
    for _ in range(ROUNDS):
        before = ease, population
        who = _abilities(first, concept, others, doubt, shape, population)
        mean, variance = who.mean[cell], who.variance[cell]
        slope, told = _score(mean + others, first, doubt)
        mean, variance = _without(mean, variance, slope, told)
        for _ in range(2):
            slope, told = _score(mean + ease[first.item], first, variance)
            told_of = _sums(first.item, told, ease.size)
            error = 1 / np.sqrt(told_of + population.scatter**-2.0)
            pull = _sums(first.item, slope, ease.size)
            ease = ease + _clipped((pull - (ease - expected) * population.scatter**-2.0) * error**2)
        slope, told = _score(mean + ease[first.item], first, variance)
        others, doubt = _without(ease[first.item], error[first.item] ** 2, slope, told)
        effects = _effects(ease, told_of, design, population.scatter)
        expected = design @ effects
        spreads = _spreads(who, met, ((ease - expected) ** 2 + error**2)[told_of > 0])
        kind_effects = dict(zip(names, effects[2:].tolist(), strict=True))
        population = Population(float(effects[0]), float(effects[1]), kind_effects, *spreads, students=students)
        if np.abs(ease - before[0]).max() < CLOSE and abs(population.concept - before[1].concept) < CLOSE / 4:
            break
    return Learned(population, ease, error)


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


def _spreads(who: _AllAbilities, met: NDArray[np.bool_], of_items: Floats) -> tuple[float, float, float]:
    """The spreads that effects show: the mean square of each, and of the doubt about it (Dempster et al. 1977).

    Those of students, of students in the concepts that they `met` (students, concepts), and of items.
    """
    general = who.general**2 + who.common
    apart = who.apart**2 + who.own + (1 - who.share) ** 2 * who.common[:, None]
    return _deviation(general[met.any(1)]), _deviation(apart[met]), _deviation(of_items)


def _deviation(squares: Floats) -> float:
    return float(np.clip(np.sqrt(squares.mean()), NARROWEST, WIDEST)) if squares.size else 1.0


def _sums(at: Ints, values: Floats, size: int) -> Floats:
    return np.bincount(at, weights=values, minlength=size).astype(np.float64, copy=False)


def _flatter(variance: Floats) -> Floats:
    return np.asarray(1 / np.sqrt(1 + np.pi / 8 * variance))


def _clipped(step: Floats) -> Floats:
    return np.asarray(np.minimum(np.maximum(step, -FARTHEST), FARTHEST))


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)))
