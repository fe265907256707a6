"""One slot is graded, by the answer that was saved last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from questions import kinds
from questions.kinds import matching, short_text
from questions.kinds.base import Graded, ResponseError
from quizzes import presentations
from quizzes.exams.payloads import Document

if TYPE_CHECKING:
    from quizzes.models import Slot


@dataclass(frozen=True)
class SlotGrade:
    """A slot's score in [0, 1], and its grade as it is shown; rating and cards are those of an answer not reviewed."""

    score: float
    payload: Document


def grade_response(slot: Slot, response: object) -> Graded:
    """Grade a response to the slot. Raises ResponseError where it cannot be read."""
    version = slot.presentation.version
    final = final_response(version.kind, response)
    return kinds.get(version.kind).grade(presentations.body_of(version), slot.presentation.answer, final)


def final_response(kind: str, response: object) -> object:
    """The response as one that is graded whatever it says: in an exam nobody is told that it is nearly right."""
    if kind == short_text.KIND and isinstance(response, dict):
        return {**response, "final": True}
    return response


def grade_slot(slot: Slot) -> SlotGrade:
    """Grade what was saved in the slot; no answer, or one that cannot be read any more, gives 0."""
    version, answer = slot.presentation.version, slot.presentation.answer
    try:
        graded = _grade_blank(slot) if slot.response is None else grade_response(slot, slot.response)
    except ResponseError:
        graded = _grade_blank(slot)
    revealed = kinds.get(version.kind).reveal(presentations.body_of(version), answer)
    payload = {"rating": "again", **presentations.grade_payload(graded, revealed), "cards": []}
    return SlotGrade(graded.score, payload)


def _grade_blank(slot: Slot) -> Graded:
    version = slot.presentation.version
    if version.kind == matching.KIND:
        body = presentations.body_of(version)
        return matching.left_open(body, slot.presentation.answer)  # type: ignore[arg-type]
    return Graded(0.0, [], dict.fromkeys(slot.presentation.facets, 0.0))
