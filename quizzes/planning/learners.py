"""Planted learners: students and items drawn so that the truth is known, and how well it is found.

Abilities, what students are better at in a concept, and eases of items are drawn; who predicts is shown the answers
alone. Whatever predicts first answers is a `Predictor`, of which `predictors` has ours and its peers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from quizzes.memory import first_sight
from quizzes.memory.first_sight import Abilities, FirstSeen, Items, Population
from quizzes.memory.population import Learned, learn
from quizzes.planning.cards import Floats
from quizzes.planning.simulate import Bank, Booleans, Sight

PLANTED = Population(mean=0.2, slope=-0.4, kinds={"chosen": 0.2}, ability=0.8, concept=0.5, scatter=0.82)
"""With levels of difficulty from 1 to 5, eases have a standard deviation of 1."""
LUCK = {"chosen": 0.25, "matched": 0.2, "typed": 0.0}
READS = 1.5
"""Logits by which reading about a concept is likelier for who is one logit abler."""
EIGHTY = 1.2816
"""Standard deviations to either side that hold 80 % of a normal distribution."""

Predictor: TypeAlias = Callable[[Floats], Floats]
"""P(right) of all items (students, items), by who was right at first (1 or 0; NaN: not asked yet)."""


@dataclass(frozen=True)
class Planted:
    """A course as it is: its items, what the author says of them, and what earlier students' answers told of it."""

    items: Items
    concepts: int
    kinds: list[str]
    difficulty: Floats
    learned: Learned

    @property
    def believed(self) -> Items:
        """The items as they were learned."""
        return replace(self.items, ease=self.learned.ease, error=self.learned.error)


def plant(rng: np.random.Generator, *, items: int, concepts: int, earlier: int, each: int) -> Planted:
    """Draw a course, of which `earlier` students answered `each` items, and learn what these tell."""
    kinds = rng.choice(list(LUCK), items).tolist()
    difficulty = rng.integers(1, 6, items).astype(float)
    ease = PLANTED.expected_ease(kinds, difficulty) + rng.normal(0, PLANTED.scatter, items)
    luck = np.array([LUCK[kind] for kind in kinds])
    true = Items(rng.integers(0, concepts, items), luck, ease, np.full(items, 1e-6))
    right = draw_first(rng, true, draw_known(rng, true, concepts, earlier))
    student, item = np.nonzero(np.argsort(np.argsort(rng.random(right.shape))) < each)
    first = FirstSeen(student, item, right[student, item].astype(float), luck[item])
    return Planted(true, concepts, kinds, difficulty, learn(first, true.concept, kinds, difficulty))


def draw_known(rng: np.random.Generator, items: Items, concepts: int, students: int) -> Floats:
    """Draw students: the chance that each knows each item at first sight, luck aside, (students, items)."""
    ability = rng.normal(0, PLANTED.ability, (students, 1)) + rng.normal(0, PLANTED.concept, (students, concepts))
    return np.asarray(1 / (1 + np.exp(-(ability[:, items.concept] + items.ease))))


def draw_first(rng: np.random.Generator, items: Items, known: Floats) -> Booleans:
    """Draw the first answers: whether each is right (students, items)."""
    return np.asarray(rng.random(known.shape) < items.luck + (1 - items.luck) * known)


@dataclass(frozen=True)
class Readers:
    """Students of whom each has read about some concepts, the abler about more: arrays (students, items).

    `read` says about which items, 1 or 0, and `known` is the chance that each is known at first sight, luck aside.
    """

    read: Floats
    known: Floats


def draw_readers(rng: np.random.Generator, planted: Planted, students: int, gain: float) -> Readers:
    """Draw students whom reading about a concept beforehand helps by `gain` logits."""
    ability = rng.normal(0, PLANTED.ability, (students, 1))
    in_concepts = ability + rng.normal(0, PLANTED.concept, (students, planted.concepts))
    reads = rng.random(in_concepts.shape) < 1 / (1 + np.exp(-READS * ability))
    concept = planted.items.concept
    read = reads[:, concept].astype(np.float64)
    return Readers(read, 1 / (1 + np.exp(-(in_concepts[:, concept] + planted.items.ease + gain * read))))


def learn_from_readers(
    rng: np.random.Generator, planted: Planted, readers: Readers, each: int, *, told: bool = True
) -> Planted:
    """The course as it was learned from readers' first answers to `each` items; `told` who had read what, or not."""
    items = planted.items
    right = draw_first(rng, items, readers.known)
    student, item = np.nonzero(np.argsort(np.argsort(rng.random(right.shape))) < each)
    read = readers.read[student, item] if told else 0.0
    first = FirstSeen(student, item, right[student, item].astype(float), items.luck[item], read)
    return replace(planted, learned=learn(first, items.concept, planted.kinds, planted.difficulty))


def estimate_all(
    first_right: Floats, items: Items, concepts: int, population: Population, read: Floats | None = None
) -> list[Abilities]:
    """Estimate each student's abilities by who was right at first (students, items), NaN where nobody was asked.

    `read` (students, items) says who had read about what, 1 or 0; None: nobody had.
    """
    found = []
    for student, row in enumerate(first_right):
        asked = np.flatnonzero(~np.isnan(row))
        had_read = 0.0 if read is None else read[student, asked]
        first = FirstSeen(np.zeros(asked.size, np.int64), asked, row[asked], items.luck[asked], had_read)
        found.append(first_sight.estimate(first, items, concepts, population))
    return found


def sight_of(planted: Planted) -> Sight:
    """What the planner makes of first answers: the chances that what was not asked is known."""
    items, population = planted.believed, planted.learned.population

    def sight(first_right: Floats) -> Floats:
        return np.array([who.known(items) for who in estimate_all(first_right, items, planted.concepts, population)])

    return sight


def predict_readers(first_right: Floats, items: Items, concepts: int, population: Population, read: Floats) -> Floats:
    """P(right) of all items (students, items) to students who have `read` about some, by who was right at first."""
    found = estimate_all(first_right, items, concepts, population, read)
    known = np.array([who.known(items.to_reader(row, population)) for who, row in zip(found, read, strict=True)])
    return np.asarray(items.luck + (1 - items.luck) * known)


def predictors(planted: Planted) -> Mapping[str, Predictor]:
    """Ours, and what it is held against."""
    luck = planted.items.luck

    def by(items: Items, population: Population) -> Predictor:
        def predict(first_right: Floats) -> Floats:
            found = estimate_all(first_right, items, planted.concepts, population)
            known: Floats = np.array([who.known(items) for who in found])
            return np.asarray(luck + (1 - luck) * known)

        return predict

    return {
        "the planted model itself": by(planted.items, PLANTED),
        "first sight": by(planted.believed, planted.learned.population),
        "logistic regression": lambda first_right: _regress(planted, first_right),
        "the student's rate so far": lambda first_right: _rate(first_right)[:, None] + np.zeros(luck.size),
        "a constant (FSRS alone)": lambda first_right: np.full(first_right.shape, 0.5) + luck / 2,
    }


def _rate(first_right: Floats) -> Floats:
    """The share that each student had right so far, with one answer of either kind beforehand."""
    return np.asarray((np.nansum(first_right, 1) + 1) / ((~np.isnan(first_right)).sum(1) + 2))


def _regress(planted: Planted, first_right: Floats) -> Floats:
    """Logistic regression on difficulty, kind, the student's rate, and their rate in the concept; with a ridge.

    Fitted to the answers that it is shown, of all students together.
    """
    students, items = first_right.shape
    cell = np.arange(students)[:, None] * planted.concepts + planted.items.concept
    seen = ~np.isnan(first_right)
    size = students * planted.concepts
    rights = np.bincount(cell[seen], weights=first_right[seen], minlength=size)
    asked = np.bincount(cell[seen], minlength=size)
    columns = [
        np.ones((students, items)),
        np.broadcast_to(planted.difficulty - 3, (students, items)),
        *(np.broadcast_to(np.array(planted.kinds) == kind, (students, items)) for kind in LUCK),
        np.broadcast_to(_rate(first_right)[:, None], (students, items)),
        ((rights + 1) / (asked + 2))[cell],
    ]
    x = np.stack(columns, -1).astype(float)
    weight = np.zeros(x.shape[-1])
    for _ in range(8):
        p = 1 / (1 + np.exp(-(x[seen] @ weight)))
        slope = x[seen].T @ (first_right[seen] - p) - weight
        curve = (x[seen] * (p * (1 - p))[:, None]).T @ x[seen] + np.eye(weight.size)
        weight = weight + np.linalg.solve(curve, slope)
    return np.asarray(1 / (1 + np.exp(-(x @ weight))))


def auc(predicted: Floats, right: Booleans) -> float:
    """The chance that of a right and a wrong answer the right one was predicted higher (Hanley and McNeil 1982)."""
    order = np.argsort(predicted, kind="stable")
    _, tied, counts = np.unique(predicted[order], return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2)[tied]
    n = int(right.sum())
    return float((rank[right[order]].sum() - n * (n + 1) / 2) / (n * (right.size - n)))


def share_inside(planted: Planted, first_right: Floats, known: Floats) -> float:
    """The share of true chances of what was not asked that lie inside their 80 % intervals."""
    items, luck = planted.believed, planted.items.luck
    found = estimate_all(first_right, items, planted.concepts, planted.learned.population)
    low, high = (np.array(bounds) for bounds in zip(*(who.between(items, EIGHTY) for who in found), strict=True))
    truth = luck + (1 - luck) * known
    return float(((low <= truth) & (truth <= high))[np.isnan(first_right)].mean())


def bank_of(rng: np.random.Generator, planted: Planted, first: Floats) -> Bank:
    """The course's items as tasks of an exam that weighs concepts; `first` as `Bank` has it."""
    weight = rng.choice([0.5, 1.0, 2.0, 4.0], planted.concepts)[planted.items.concept]
    return Bank(weight / weight.sum(), rng.uniform(20, 90, weight.size), planted.items.luck, first)
