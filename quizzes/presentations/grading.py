"""A response is graded by its kind, which knows its own item alone."""

from __future__ import annotations

from typing import Any

from questions import bank, kinds
from questions.models import ItemVersion
from quizzes.presentations.judging import judge, way_of


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


def finalise_response(version: ItemVersion, answer: Any, response: object) -> object:
    """Return an untrusted response as one that is graded and stored as it is, whatever is wrong with it."""
    body, needed = way_of(version, answer)
    final = kinds.finalise(kinds.get(version.kind), body, needed, response)
    try:
        kinds.check_storable(final)
    except kinds.ResponseError:
        return kinds.unreadable(response)
    return final
