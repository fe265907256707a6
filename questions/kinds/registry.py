"""The kinds by their names: the package fills it, and a kind that is made of others looks them up here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from questions.kinds.base import AnyKind, Feedback, Graded
from questions.kinds.bodies import ItemBody
from questions.kinds.responses import ResponseError, is_dont_know, is_unreadable, unreadable

KINDS: dict[str, AnyKind] = {}
COUNTS = "The key had been shown, so this counts as wrong."


def titles_of_parts() -> list[tuple[str, str]]:
    """Return the names of the kinds that a part may be of, each with its title for people."""
    return [(name, kind.title) for name, kind in KINDS.items() if kind.can_be_part]


def grade(kind: AnyKind, body: ItemBody, answer: Any, response: object) -> Graded:
    """Return the grade of an untrusted response, or of an “I don't know”: 0, with nothing to set right.

    What stands for an answer that could not be read has 0, too, and it is said why. Raises ResponseError.
    """
    if is_dont_know(response):
        blank = kind.grade_blank(body, answer)
        why = _say_why(kind, body, answer, response["unreadable"]) if is_unreadable(response) else []
        return replace(blank, score=0.0, feedback=why)
    return kind.grade(body, answer, response)


def finalise(kind: AnyKind, body: ItemBody, answer: Any, response: object) -> object:
    """Return an untrusted response as one that `grade` takes: nothing is sent back to be corrected.

    A slip counts as it is spelt; what stands in place of what cannot be read, of parts each for itself, has no marks.
    """
    if is_dont_know(response):
        return response
    try:
        final = kind.finalised(body, answer, response)
        grade(kind, body, answer, final)
    except ResponseError:
        return unreadable(response)
    return final


def _say_why(kind: AnyKind, body: ItemBody, answer: Any, answered: object) -> list[Feedback]:
    """Say why an answer could not be read."""
    if answered is None:
        return [{"target": "response", "message": f"It was too long, or had a character that cannot be kept. {COUNTS}"}]
    try:
        kind.grade(body, answer, kind.final(answered))
    except ResponseError as error:
        return [{"target": error.field.rpartition(".")[2], "message": f"{error.message} {COUNTS}"}]
    return []
