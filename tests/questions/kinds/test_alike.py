"""Answers that are alike but for the names of options have the same grade but for those."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from questions import kinds
from quizzes.presentations.drawing import opaque_ids

CHOICES = [
    {"text": "The weights", "correct": True},
    {"text": "The data", "because": "It stays."},
    {"text": "The rate", "because": "The optimiser sets it."},
]
BODY = {"stem": "What does the penalty make small?", "explanation": "The weights.", "choices": CHOICES}


def _answered(kind: str, number: int, places: list[int]) -> tuple[Any, str, Any]:
    """A presentation of its own, the choice of these places as JSON, and the grade of it."""
    parsed, of = kinds.parse(kind, BODY), kinds.get(kind)
    shown = of.present(parsed, seed=number, identity="alike:1", opaque=opaque_ids(uuid.UUID(int=number)))
    names = [name for place in places for name, at in shown.answer["ids"].items() if at == place]
    response = {"choice": names[0]} if kind == "single_choice" else {"choices": names}
    return shown.answer, json.dumps(response), of.grade(parsed, shown.answer, response)


@pytest.mark.parametrize("kind", ["single_choice", "multiple_select"])
def test_answers_that_are_alike_have_the_same_grade_with_their_own_names(kind: str) -> None:
    cases: dict[Any, tuple[Any, str]] = {}
    chosen = [[0], [1], [2]] if kind == "single_choice" else [[0], [1, 2], [2, 1], [0, 1, 2]]
    for number in range(60):
        answer, response, graded = _answered(kind, number, chosen[number % len(chosen)])
        alike = kinds.unnamed(answer, response)
        assert alike is not None
        what, names = alike
        assert kinds.with_names(kinds.without_names(response, names), names) == response
        grade = kinds.without_names(json.dumps(graded.feedback), names)
        score, same = cases.setdefault(what, (graded.score, grade))
        assert (score, same) == (graded.score, grade)
        assert kinds.with_names(same, names) == json.dumps(graded.feedback)
    assert len(cases) < 60 / 2  # most are like one before
    assert len({score for score, _ in cases.values()}) > 1


def test_what_may_be_something_else_than_a_name_is_alike_to_nothing() -> None:
    drawn = {"ids": {"aaaaaaaaaaaa": 0}, "variant": {"values": {"x": "aaaaaaaaaaaa"}}}
    assert kinds.unnamed(drawn, '{"choice": "aaaaaaaaaaaa"}') is None
    assert kinds.unnamed({"order": ["aaaaaaaaaaaa"]}, "{}") is None
    assert kinds.unnamed({}, '{"text": "L2"}') == ('{"text": "L2"}', ())
