"""What a result sums up."""

from __future__ import annotations

import pytest

from quizzes.exams import results
from quizzes.exams.payloads import SectionPayload


def test_a_section_has_the_points_of_its_slots() -> None:
    sections: list[SectionPayload] = [
        {"title": "A", "slots": [1, 2]},
        {"title": "B", "slots": [3]},
        {"title": "None", "slots": []},
    ]
    assert results.section_scores(sections, {1: 1.0, 2: 0.25, 3: 0.0}) == [
        {"title": "A", "score": 1.25, "max_score": 2.0},
        {"title": "B", "score": 0.0, "max_score": 1.0},
        {"title": "None", "score": 0, "max_score": 0.0},
    ]


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([], []),
        ([("l2", 1.0)], [("l2", 1.0, 1.0)]),
        ([("l2", 1.0), ("factor", 0.5), ("l2", 0.0)], [("l2", 1.0, 2.0), ("factor", 0.5, 1.0)]),
    ],
)
def test_a_concept_has_the_points_of_its_questions(
    scores: list[tuple[str, float]], expected: list[tuple[str, float, float]]
) -> None:
    points = [(part["slug"], part["score"], part["max_score"]) for part in results.concept_scores(scores)]
    assert points == expected
