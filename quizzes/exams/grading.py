"""One slot is graded, by the answer that was saved last."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from questions import bank, kinds
from questions.bank import Rules
from questions.kinds import Graded, ResponseError
from quizzes import presentations
from quizzes.exams.payloads import Document

if TYPE_CHECKING:
    from quizzes.models import Slot


@dataclass(frozen=True)
class SlotGrade:
    """A slot's score in [0, 1], and its grade as it is shown; rating and cards are those of an answer not reviewed.

    `graded` is what its response was graded as; None where there is none that can be read, or where it `waits` for
    staff to mark it: until then it does not count.
    """

    score: float
    payload: Document
    graded: Graded | None
    waits: bool = False


def grade_response(slot: Slot, response: object) -> Graded:
    """Grade a response to the slot as it stands: in an exam nobody is told that it is nearly right.

    Raises ResponseError where it cannot be read.
    """
    return _grade(bank.rules_of(slot.presentation.version), slot, response)


def grade_slot(slot: Slot) -> SlotGrade:
    """Grade what was saved in the slot; no answer, or one that cannot be read any more, gives 0."""
    return grade_slot_by(bank.rules_of(slot.presentation.version), slot)


def grade_slot_by(rules: Rules | None, slot: Slot) -> SlotGrade:
    """The same by these rules, by those of its version alone for None."""
    version, answer = slot.presentation.version, slot.presentation.answer
    graded: Graded | None = None
    if slot.response is not None:
        with suppress(ResponseError):
            graded = _grade(rules, slot, slot.response)
    shown = graded or presentations.judge_blank_by(rules, version, answer)
    revealed = presentations.reveal_by(rules, version, answer)
    payload = {"rating": "again", **presentations.grade_payload(shown, revealed), "cards": []}
    if rules:
        payload["corrections"] = True
    waits = graded is not None and _waits(slot)
    return SlotGrade(shown.score, payload, None if waits else graded, waits)


def _waits(slot: Slot) -> bool:
    return kinds.get(slot.presentation.version.kind).is_marked_by_staff and slot.marked is None


def final_response(slot: Slot, response: object) -> object:
    """Return the response as it counts: as staff marked it, where they do. Raises ResponseError."""
    kind = kinds.get(slot.presentation.version.kind)
    if not kind.is_marked_by_staff:
        return kind.final(response)
    return kind.marked(response, slot.marked["points"] if slot.marked else [])


def _grade(rules: Rules | None, slot: Slot, response: object) -> Graded:
    version, final = slot.presentation.version, final_response(slot, response)
    graded = presentations.judge_final_by(rules, version, slot.presentation.answer, final)
    return replace(graded, score=0.0, facet_scores={}, void=True) if _waits(slot) else graded


def add_up(slots: Iterable[Slot]) -> tuple[float, float]:
    """Return the points of a sitting's slots in their order, and how many there are to have; void ones have none."""
    counting = [slot for slot in slots if not is_void(slot)]
    return sum(slot.score or 0.0 for slot in counting), float(len(counting))


def is_void(slot: Slot) -> bool:
    """Whether a graded slot does not count."""
    return bool(slot.grade and slot.grade.get("void"))
