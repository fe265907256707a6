"""A response is graded by its kind, which knows its own item alone."""

from __future__ import annotations

from typing import Any

from questions import bank, kinds
from questions.models import ItemVersion
from quizzes.presentations.bodies import body_of


def grade_response(version: ItemVersion, answer: Any, response: object) -> kinds.Graded:
    """Return the grade of an untrusted response. Raises ResponseError.

    What looks misspelt, but is the answer to another item of the course, is meant as it is written.
    """
    kind, body = kinds.get(version.kind), body_of(version)
    try:
        return kinds.grade(kind, body, answer, response)
    except kinds.NearMissError as slip:
        if not bank.is_answer_elsewhere(version.item_id, slip.typed):
            raise
    return kind.grade(body, answer, kind.final(response))
