"""How likely a first answer is right: by who answers, what the item's concept is, and how easy the item is.

    P(right) = g + (1 - g)·σ(ability + ability in the concept + ease + β·read)

A student's ability, and what they are better or worse at in each concept, are normal with mean 0; an item's ease is
normal around what its kind and its author's difficulty let expect (`Population`). g is the chance to be right by luck;
β is what is gained by having read, beforehand, the section that teaches the concept. `population` finds eases, spreads
and β from everybody's first answers; `estimate` finds one student's abilities from theirs, and `Abilities` says what to
expect of all other items, and how far that may be off.

It is a generalised linear mixed model with crossed effects (Breslow and Clayton 1993, J. Am. Stat. Assoc. 88), solved
by Fisher scoring in turns. The mean of σ over a normal of variance v is about σ(x / √(1 + πv/8)) (MacKay 1992, Neural
Computation 4), by which the doubt about whatever is not being solved for is taken along.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
READING, READING_ERROR = 0.3, 0.5
"""What reading gains before anything is known, in logits, and how far that may be off: supposed, and little, as reading
alone teaches far less than answering does (Koedinger et al. 2015, Learning is not a spectator sport, L@S)."""
HALF_LUCK = 0.5
"""The least luck of a right answer that was slow, in parts, or a guess as the student says."""


@dataclass(frozen=True)
class Population:
    """What a course's students and items have in common, in logits; as it stands: before anybody answered.

    An item is expected to have the ease `mean`, `slope` more for each level of difficulty above 3, and what its kind
    adds. `ability`, `concept` and `scatter` are the standard deviations of students, of students in a concept, and of
    items around what is expected of them. It was learned from `students`. Who has read the section that teaches an
    item is likelier right by `reading`, which may be off by `reading_error`.
    """

    mean: float = 0.0
    slope: float = -0.4
    kinds: Mapping[str, float] = field(default_factory=dict)
    ability: float = 0.8
    concept: float = 0.5
    scatter: float = 1.0
    students: int = 0
    reading: float = READING
    reading_error: float = READING_ERROR

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

    def to_reader(self, read: Floats, population: Population) -> Items:
        """The same to a student who has `read` (items,) about some (1) and not about others (0)."""
        error = np.sqrt(self.error**2 + population.reading_error**2 * read)
        return replace(self, ease=self.ease + population.reading * read, error=error)


@dataclass(frozen=True)
class FirstSeen:
    """First answers, arrays (answers,): students and items by numbers, the share of the marks, and the luck in it.

    `read` says whether the student had read the section that teaches the item: 1 or 0.
    """

    student: Ints
    item: Ints
    score: Floats
    luck: Floats
    read: Floats | float = 0.0


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
        return _sigmoid((self.mean[items.concept] + items.ease) * flatten(variance))

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
        by_concept = sum_by(items.concept, moves, self.mean.size)
        together = float((by_concept * self.share).sum()) ** 2 * self.common
        return together + float((by_concept**2 * self.own).sum()) + float((moves**2 * items.error**2).sum())


def estimate(first: FirstSeen, items: Items, concepts: int, population: Population) -> Abilities:
    """Estimate the abilities of one student in `concepts` concepts by their first answers; all are of student 0."""
    ease = items.ease[first.item] + population.reading * first.read
    doubt = items.error[first.item] ** 2 + population.reading_error**2 * first.read
    found = estimate_students(first, items.concept, ease, doubt, (1, concepts), population)
    return Abilities(found.mean[0], found.share[0], float(found.common[0]), found.own[0])


@dataclass(frozen=True)
class AllAbilities:
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


def estimate_students(
    first: FirstSeen, concept: Ints, ease: Floats, doubt: Floats, shape: tuple[int, int], population: Population
) -> AllAbilities:
    """All students' abilities, given the `ease` of what each answer was to and the variance that it may be off.

    Abilities in concepts hang together by the general one alone, so that each step is solved concept by concept.
    """
    students, concepts = shape
    cell = first.student * concepts + concept[first.item]
    prior, prior_apart = population.ability**-2.0, population.concept**-2.0

    def by_cell(values: Floats) -> Floats:
        return sum_by(cell, values, students * concepts).reshape(shape)

    found = AllAbilities(
        np.zeros(students),
        np.zeros(shape),
        np.ones(shape),
        np.full(students, 1 / prior),
        np.full(shape, 1 / prior_apart),
    )
    for _ in range(STEPS if cell.size else 0):
        at, variance = found.mean.reshape(-1).take(cell), found.variance.reshape(-1).take(cell)
        slope, told = score_slope(at + ease, first, doubt, variance)
        told_by, pull = by_cell(told), by_cell(slope)
        precision = told_by + prior_apart
        drawn = told_by / precision
        common = 1 / ((told_by * (1 - drawn)).sum(1) + prior)
        rest = pull - found.apart * prior_apart
        move = common * (pull.sum(1) - found.general * prior - (drawn * rest).sum(1))
        apart = found.apart + clip_step((rest - told_by * move[:, None]) / precision)
        found = AllAbilities(found.general + clip_step(move), apart, 1 - drawn, common, 1 / precision)
    return found


def score_slope(x: Floats, first: FirstSeen, doubt: Floats, variance: Floats | float = 0.0) -> tuple[Floats, Floats]:
    """The slope of the log likelihood of each answer at the logit x, and what it tells of x (Fisher information).

    Both are means: over what the logit is off by `doubt`, which is another's, and by `variance`, which is that of x.
    Without the latter spreads come out some 7 % too small, since a slope is steepest where the mode is.
    """
    flatter, flattest = flatten(doubt), flatten(doubt + variance)
    known = _sigmoid(x * flattest)
    without_luck = (1 - first.luck) * known
    right = first.luck + without_luck
    rises = flatter * without_luck * (1 - known)
    spread = np.maximum(right * (1 - right), 1e-12)
    return (first.score - right) * rises / spread, rises**2 * flattest / flatter / spread


def sum_by(at: Ints, values: Floats, size: int) -> Floats:
    return np.bincount(at, weights=values, minlength=size).astype(np.float64, copy=False)


def flatten(variance: Floats) -> Floats:
    return np.asarray(1 / np.sqrt(1 + np.pi / 8 * variance))


def clip_step(step: Floats) -> Floats:
    return np.asarray(np.minimum(np.maximum(step, -FARTHEST), FARTHEST))


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)))
