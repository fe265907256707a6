"""What kinds that students mark themselves show them first: the other side of the question, before it is marked."""

from __future__ import annotations

from typing_extensions import TypedDict


class Point(TypedDict):
    """A point that an answer should have, in Markdown, with its marks."""

    id: str
    text: str
    marks: float


class Back(TypedDict):
    """All that is known of a question, shown to who has thought of an answer and is to mark it.

    `back` is the answer itself; the texts are Markdown.
    """

    back: str
    points: list[Point]
    explanation: str
    solution: str | None
