"""The eases of a course's items, as far as there are answers enough. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from quizzes.statistics import rasch
from quizzes.statistics.first_answers import FirstAnswers

ENOUGH_STUDENTS, ENOUGH_ANSWERS = 20, 200
"""Below so many students of a course, or first answers, nothing is told about how hard its items are."""


def fit_eases(first: FirstAnswers, items: Sequence[tuple[str, int]]) -> rasch.Eases | None:
    """Fit the eases of items, each of a kind and with the author's difficulty (1-5); None below what is enough."""
    if len(first.item) < ENOUGH_ANSWERS or len(np.unique(first.student)) < ENOUGH_STUDENTS:
        return None
    kinds = sorted({kind for kind, _ in items})
    known = [[difficulty - 3.0, *(float(kind == each) for each in kinds)] for kind, difficulty in items]
    return rasch.fit(first, np.array(known))
