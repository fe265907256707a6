"""The kinds by their names: the package fills it, and a kind that is made of others looks them up here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from questions.kinds.base import AnyKind, Graded
from questions.kinds.bodies import ItemBody
from questions.kinds.responses import is_dont_know

KINDS: dict[str, AnyKind] = {}


def titles_of_parts() -> list[tuple[str, str]]:
    """Return the names of the kinds that a part may be of, each with its title for people."""
    return [(name, kind.title) for name, kind in KINDS.items() if kind.can_be_part]


def grade(kind: AnyKind, body: ItemBody, answer: Any, response: object) -> Graded:
    """Return the grade of an untrusted response, or of an “I don't know”: 0, with nothing to set right.

    Raises ResponseError.
    """
    if is_dont_know(response):
        blank = kind.grade_blank(body, answer)
        return replace(blank, score=0.0, feedback=[])
    return kind.grade(body, answer, response)
