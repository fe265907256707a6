"""A response is graded by its kind, which knows its own item alone."""

from __future__ import annotations

from typing import Any

from questions import bank, kinds
from questions.models import ItemVersion
from quizzes.presentations.judging import judge


def grade_response(version: ItemVersion, answer: Any, response: object) -> kinds.Graded:
    """Return the grade of an untrusted response. Raises ResponseError.

    What looks misspelt, but is the answer to another item of the course, is meant as it is written.
    """
    try:
        return judge(version, answer, response)
    except kinds.NearMissError as slip:
        if not bank.is_answer_elsewhere(version.item_id, slip.typed):
            raise
    return judge(version, answer, kinds.get(version.kind).final(response))
