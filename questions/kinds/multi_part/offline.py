"""What a client that is offline needs of the parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from questions.kinds.expected import ExpectedFeedback
from questions.kinds.multi_part.body import Body


def rules_of_parts(body: Body, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return by what rules the parts are graded, by their ids, with their marks; see `Kind.grading`.

    A wrong answer to a part that `follows` others is left to the service.
    """
    parts = {
        part.id: {**part.asker.grading(part.body, answers[part.id]), "follows": part.follow} for part in body.parts
    }
    marks = {part.id: part.marks for part in body.parts}
    return {"final": all(each["final"] for each in parts.values()), "marks": marks, "parts": parts}


def said_of_parts(body: Body, answers: Mapping[str, Any]) -> list[ExpectedFeedback]:
    """Return what is said to answers that are expected, each with its part."""
    said = [(part.id, part.asker.expected(part.body, answers[part.id])) for part in body.parts]
    return [{**each, "part": part} for part, expected in said for each in expected]
