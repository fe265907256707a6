"""The other side of a question that its student marks: shown once there is an answer, before it is marked."""

from __future__ import annotations

from questions import kinds
from quizzes.models import Presentation
from quizzes.presentations.bodies import body_of


class NoBackError(ValueError):
    """A question has no other side to be shown."""


def turn(presentation: Presentation, response: object) -> kinds.Back:
    """Return what is shown to who answered and is to mark it; nothing is stored.

    Raises NoBackError, and ResponseError while there is no answer.
    """
    kind = kinds.get(presentation.version.kind)
    if not kind.is_self_marked or presentation.in_sitting:
        raise NoBackError("This question is not marked by who answers it.")
    return kind.turn(body_of(presentation.version), presentation.answer, response)
