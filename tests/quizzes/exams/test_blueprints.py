"""What a blueprint may say, and whether the bank can fill it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from questions.models import Course
from quizzes import exams
from quizzes.exams import blueprints
from quizzes.models import Exam

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize(
    ("kind", "document", "field", "message"),
    [
        ("assessment", {}, "slots", "This is missing"),
        ("assessment", {"slots": 0}, "slots", "greater than or equal to 1"),
        ("assessment", {"slots": 3, "minutes": 3}, "minutes", "not known here; there are slots"),
        ("assessment", {"slots": 3, "concepts": {"l2": -1}}, "concepts.l2", "greater than or equal to 0"),
        ("assessment", {"slots": 3, "concepts": {"l2": 0}}, "", "at least one concept a weight above zero"),
        ("assessment", {"slots": 3, "difficulty": {"6": 1}}, "difficulty.6.[key]", "less than or equal to 5"),
        ("assessment", {"slots": 3, "sections": [{"title": "A", "slots": 2}]}, "", "2 slots together; `slots` says 3"),
        (
            "assessment",
            {"slots": 3, "sections": [{"title": "A", "slots": 3, "kinds": ["essay"]}]},
            "sections.0",
            "There is no kind “essay”",
        ),
        ("assessment", {"slots": True}, "slots", "This is a number, not true or false"),
        (
            "assessment",
            {"slots": 3, "sections": [{"title": "A", "slots": 3, "kinds": {"numeric": 0}}]},
            "sections.0",
            "at least one kind a weight above zero",
        ),
        ("viva", {"rounds": 2, "pairs": 1, "distractors": 0, "seconds_a_round": 60}, "pairs", "greater than or equal"),
        ("viva", {"rounds": 2, "pairs": 2, "distractors": 0}, "seconds_a_round", "This is missing"),
    ],
)
def test_a_wrong_blueprint_names_its_field(kind: str, document: Any, field: str, message: str) -> None:
    before_a_quote = re.split("[`“]", message, maxsplit=1)[0]
    with pytest.raises(exams.BlueprintError, match=before_a_quote) as caught:
        blueprints.parse(kind, document)
    assert caught.value.field == field
    assert message in caught.value.message


def test_a_blueprint_that_the_bank_cannot_fill_names_the_cell(course: Course) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    exam.blueprint = {"slots": 4, "difficulty": {5: 1}}
    with pytest.raises(exams.SittingError, match="Questions: difficulty 5: 4 needed, 1 published"):
        exams.check_blueprint(exam)
    exam.blueprint = {"slots": 3, "sections": [{"title": "Numbers", "slots": 3, "kinds": ["numeric"]}]}
    with pytest.raises(exams.SittingError, match="Numbers: numeric: 3 needed, 1 published"):
        exams.check_blueprint(exam)
    exam.blueprint = {"slots": 3, "concepts": {"factor": 4, "l2": 1}}
    exams.check_blueprint(exam)
    exam.blueprint = {"slots": 5, "concepts": {"factor": 4, "l2": 1}}
    with pytest.raises(exams.SittingError, match=r"^concept factor: 4 needed, 3 published"):
        exams.check_blueprint(exam)
    exam.blueprint = {"slots": 2, "concepts": {"vector": 1}}
    with pytest.raises(exams.BlueprintError, match="There is no concept “vector” in this course"):
        exams.check_blueprint(exam)
    exam.kind, exam.blueprint = "viva", {"rounds": 1, "pairs": 2, "distractors": 1, "seconds_a_round": 1900}
    with pytest.raises(exams.BlueprintError, match="The rounds take 32 minutes together; the exam has 30"):
        exams.check_blueprint(exam)
    exam.kind, exam.blueprint = "viva", {"rounds": 3, "pairs": 2, "distractors": 1, "seconds_a_round": 60}
    with pytest.raises(exams.SittingError, match="match sets: 3 rounds needed, 1 published"):
        exams.check_blueprint(exam)
