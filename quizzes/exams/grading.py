"""One slot is graded, by the answer that was saved last."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from questions import kinds
from questions.kinds import Graded, ResponseError
from quizzes import presentations
from quizzes.exams.payloads import Document

if TYPE_CHECKING:
    from quizzes.models import Slot


@dataclass(frozen=True)
class SlotGrade:
    """A slot's score in [0, 1], and its grade as it is shown; rating and cards are those of an answer not reviewed.

    `graded` is what its response was graded as; None where there is none that can be read.
    """

    score: float
    payload: Document
    graded: Graded | None


def grade_response(slot: Slot, response: object) -> Graded:
    """Grade a response to the slot as it stands: in an exam nobody is told that it is nearly right.

    Raises ResponseError where it cannot be read.
    """
    version = slot.presentation.version
    kind, body = kinds.get(version.kind), presentations.body_of(version)
    return kinds.grade(kind, body, slot.presentation.answer, kind.final(response))


def grade_slot(slot: Slot) -> SlotGrade:
    """Grade what was saved in the slot; no answer, or one that cannot be read any more, gives 0."""
    version, answer = slot.presentation.version, slot.presentation.answer
    kind, body = kinds.get(version.kind), presentations.body_of(version)
    graded: Graded | None = None
    if slot.response is not None:
        with suppress(ResponseError):
            graded = grade_response(slot, slot.response)
    shown = graded or kind.grade_blank(body, answer)
    payload = {"rating": "again", **presentations.grade_payload(shown, kind.reveal(body, answer)), "cards": []}
    return SlotGrade(shown.score, payload, graded)
