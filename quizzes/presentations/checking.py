"""Parts of a question that are checked by themselves before the whole: what was answered to them stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from typing_extensions import TypedDict

from questions import bank, kinds
from quizzes.models import Presentation, Student
from quizzes.presentations.bodies import body_of
from quizzes.presentations.open_sittings import is_in_open_sitting


class NoCheckError(ValueError):
    """A part cannot be checked: the question is answered, or it stands in an exam."""


class NoPartError(LookupError):
    """The question has no such part."""


class CheckedPart(TypedDict):
    """A part that was checked: its answer, and what it was graded as."""

    response: dict[str, Any]
    graded: kinds.Graded


def check_part(student: Student, presentation: Presentation, part: str, response: object) -> None:
    """Grade an answer to a part, and keep it; the first one stands.

    Raises NoPartError, NoCheckError, and ResponseError for an answer that cannot be read.
    """
    if part not in presentation.facets or not kinds.get(presentation.version.kind).part_type:
        raise NoPartError(part)
    if presentation.in_sitting or is_in_open_sitting(student, presentation):
        raise NoCheckError("In an exam nothing is checked before its end.")
    kinds.check_storable(response)
    with transaction.atomic():
        current = Presentation.objects.select_for_update(no_key=True).get(pk=presentation.pk)
        if not current.waits:
            raise NoCheckError("This question is answered.")
        checked: dict[str, Any] = current.parts_checked or {}
        if part not in checked:
            checked = {**checked, part: response}
            _grade_part(presentation, part, checked)
            Presentation.objects.filter(pk=presentation.pk).update(parts_checked=checked)
    presentation.parts_checked = checked


def checked_parts(presentation: Presentation) -> dict[str, CheckedPart]:
    """Return the parts that were checked, by their ids."""
    answered: dict[str, Any] = presentation.parts_checked or {}
    return {
        part: {"response": response, "graded": _grade_part(presentation, part, answered)}
        for part, response in answered.items()
    }


def with_checked(presentation: Presentation, response: object) -> object:
    """Return a response to the whole question with the answers to parts that were checked in place of its own."""
    checked: dict[str, Any] = presentation.parts_checked or {}
    if not checked or not isinstance(response, Mapping):
        return response
    others = response.get("parts", {})
    rest = {name: value for name, value in response.items() if name != "dont_know"}
    return {**rest, "parts": {**(others if isinstance(others, Mapping) else {}), **checked}}


def _grade_part(presentation: Presentation, part: str, answered: Mapping[str, Any]) -> kinds.Graded:
    version = presentation.version
    kind, body = kinds.get(version.kind), body_of(version)
    try:
        return kind.grade_part(body, presentation.answer, part, answered)
    except kinds.NearMissError as slip:
        if not bank.is_answer_elsewhere(version.item_id, slip.typed):
            raise
    return kind.grade_part(body, presentation.answer, part, answered, final=True)
