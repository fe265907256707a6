"""Planted newcomers take the diagnostic: how much of its map is right, where the truth is drawn and not told.

The truth is drawn as the diagnostic supposes, or in ways in which it is mistaken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from quizzes.memory import diagnostic, first_sight
from quizzes.memory.diagnostic import Graph, Worlds
from quizzes.memory.first_sight import FirstSeen, Ints, Items
from quizzes.planning.cards import Floats
from quizzes.planning.learners import LUCK, PLANTED
from quizzes.planning.simulate import Booleans

MEASURED = 0.3
"""Standard error (logits) of the ease of an item that some 60 students answered."""


@dataclass(frozen=True)
class Course:
    """A course as it is: its items with their true eases, and what comes before each concept."""

    items: Items
    before: Sequence[Sequence[int]]

    @property
    def graph(self) -> Graph:
        """Its graph, by true eases."""
        return Graph.of(self.items, self.before)


def plant(rng: np.random.Generator, *, concepts: int, each: int = 20) -> Course:
    """Draw a course with `each` items a concept; four concepts in five have one or two prerequisites."""
    concept = np.repeat(np.arange(concepts), each)
    kinds = rng.choice(list(LUCK), concept.size).tolist()
    difficulty = rng.integers(1, 6, concept.size).astype(float)
    ease = PLANTED.expected_ease(kinds, difficulty) + rng.normal(0, PLANTED.scatter, concept.size)
    before = [
        rng.choice(at, min(at, int(rng.integers(1, 3))), replace=False).tolist() if at and rng.random() < 0.8 else []
        for at in range(concepts)
    ]
    luck = np.array([LUCK[kind] for kind in kinds])
    return Course(Items(concept, luck, ease, np.full(concept.size, MEASURED)), before)


Truth: TypeAlias = Callable[[np.random.Generator, Course, int], tuple[Booleans, Floats]]
"""Draws students: what each knows (students, concepts), and their chances to be right (students, items)."""


def in_the_graph(tie: float = diagnostic.TIE) -> Truth:
    """Students who know a concept or do not, by what they know of what comes first: as the diagnostic supposes."""

    def draw(rng: np.random.Generator, course: Course, students: int) -> tuple[Booleans, Floats]:
        known = diagnostic.draw_known(rng, course.graph, PLANTED, students, tie)
        if_known, if_not = (diagnostic.chance_right(course.items, course.graph, known=so) for so in (True, False))
        return known, np.where(known[:, course.items.concept], if_known, if_not)

    return draw


def by_degrees(rng: np.random.Generator, course: Course, students: int) -> tuple[Booleans, Floats]:
    """Students who are more or less able, and a little more so in some concepts than in others: by first sight alone.

    A concept counts as known where a typical question about it is known more often than not.
    """
    items, concepts = course.items, len(course.before)
    ability = rng.normal(0, PLANTED.ability, (students, 1)) + rng.normal(0, PLANTED.concept, (students, concepts))
    known = 1 / (1 + np.exp(-(ability[:, items.concept] + items.ease)))
    return ability + course.graph.ease > 0, items.luck + (1 - items.luck) * known


@dataclass(frozen=True)
class Outcome:
    """Means over students: the share of concepts that the map has right, that it leaves open, and the questions.

    `told` is the share that who knows how abilities are spread by degrees, and the true eases, makes right of the same
    answers (`first_sight.estimate`): where they are, no map could be expected to have more.
    """

    right: float
    unsure: float
    questions: float
    told: float


def diagnose(rng: np.random.Generator, truth: Truth, *, courses: int, students: int, concepts: int) -> Outcome:
    """Have so many students of each course take the diagnostic; what is unsure on the map counts as not right."""
    rows = []
    for _ in range(courses):
        course = plant(rng, concepts=concepts)
        believed = replace(course.items, ease=course.items.ease + rng.normal(0, MEASURED, course.items.ease.size))
        graph = Graph.of(believed, course.before)
        start = Worlds.draw(graph, PLANTED)
        for known, chance in zip(*truth(rng, course, students), strict=True):
            answers = rng.random(chance.size) < chance
            worlds, asked = _take(start, believed, graph, answers)
            stands = [diagnostic.stand(each) for each in worlds.chance.tolist()]
            right = [standing == ("known" if so else "not_known") for standing, so in zip(stands, known, strict=True)]
            told = np.mean(_by_first_sight(course, asked, answers[asked]) == known)
            rows.append((np.mean(right), stands.count("unsure") / concepts, asked.size, told))
    return Outcome(*np.array(rows, dtype=float).mean(0).tolist())


def _take(worlds: Worlds, items: Items, graph: Graph, right: Booleans) -> tuple[Worlds, Ints]:
    """Ask until little is left to learn; `right` (items,) says how each question would be answered."""
    free, asked = np.arange(right.size), list[int]()
    while (best := diagnostic.choose_items(worlds, items, graph, free, len(asked))).size:
        some = best[:1]
        worlds = worlds.after(items.some(some), right[some], graph)
        free = free[free != best[0]]
        asked.append(int(best[0]))
    return worlds, np.array(asked, dtype=np.int64)


def _by_first_sight(course: Course, asked: Ints, right: Booleans) -> Booleans:
    """The concepts that are likelier known than not, by answers to the items `asked`, of students by degrees."""
    items = replace(course.items, error=np.full(course.items.ease.size, 1e-6))
    first = FirstSeen(np.zeros_like(asked), asked, right.astype(float), items.luck[asked])
    return first_sight.estimate(first, items, len(course.before), PLANTED).mean + course.graph.ease > 0
