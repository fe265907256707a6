"""What was taken for what."""

from __future__ import annotations

import pytest

from questions.kinds import PairAnswer
from quizzes.exams.confusions import Confusion, count_confusions

KEY = {"a": "1", "b": "2"}
FACETS = {"a": "l1", "b": "l2"}
TEXTS = {"1": "zeros", "2": "small weights", "3": "more data"}


def answer(**matched: str) -> tuple[int, PairAnswer]:
    return 7, PairAnswer(matched, KEY, FACETS, TEXTS)


@pytest.mark.parametrize(
    ("answers", "confusions"),
    [
        ([], []),
        ([answer(a="1", b="2")], []),
        ([answer()], []),
        ([answer(a="2")], [Confusion(7, "l1", "small weights", "l2", 1)]),
        ([answer(b="3")], [Confusion(7, "l2", "more data", None, 1)]),
        ([answer(a="unknown"), answer(unknown="1")], []),
        (
            [answer(b="3"), answer(a="2"), answer(a="2", b="2")],
            [Confusion(7, "l1", "small weights", "l2", 2), Confusion(7, "l2", "more data", None, 1)],
        ),
    ],
)
def test_wrong_pairs_are_counted_the_most_frequent_first(
    answers: list[tuple[int, PairAnswer]], confusions: list[Confusion]
) -> None:
    assert count_confusions(answers) == confusions
