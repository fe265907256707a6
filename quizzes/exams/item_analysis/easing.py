"""The eases of a course's items, as far as there are answers enough. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quizzes.memory import population
from quizzes.memory.first_sight import FirstSeen
from quizzes.statistics.first_answers import FirstAnswers

ENOUGH_STUDENTS, ENOUGH_ANSWERS = 20, 200
"""Below so many students of a course, or first answers, nothing is told about how hard its items are."""


class Asked(NamedTuple):
    """What is known of an item without answers: kind, the author's difficulty (1-5), main concept, chance of luck."""

    kind: str
    difficulty: int
    concept: int | None
    luck: float


def fit_eases(
    first: FirstAnswers, items: Sequence[Asked], read: NDArray[np.bool_] | None = None
) -> population.Learned | None:
    """Learn the eases of items, and what the course's students have in common; None below what is enough.

    `read` (answers,) says whether the student had read about the item before the first answer; None: nobody had.
    """
    if len(first.item) < ENOUGH_ANSWERS or len(np.unique(first.student)) < ENOUGH_STUDENTS:
        return None
    luck = np.array([item.luck for item in items])
    _, concept = np.unique([item.concept or 0 for item in items], return_inverse=True)
    seen = FirstSeen(
        first.student, first.item, first.score, luck[first.item], 0.0 if read is None else read.astype(np.float64)
    )
    difficulty = np.array([item.difficulty for item in items], dtype=np.float64)
    return population.learn(seen, concept.astype(np.int64), [item.kind for item in items], difficulty)
