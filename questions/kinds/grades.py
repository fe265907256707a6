"""What grading a response gives, and what is shown of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, NotRequired, TypeVar

from typing_extensions import TypedDict

ResponseT = TypeVar("ResponseT", bound=Mapping[str, object])


class Feedback(TypedDict):
    """A message about a part of a response: `target` is the id of an option, or the name of a field."""

    target: str
    message: str
    message_html: NotRequired[str]


class ShownGrade(TypedDict, Generic[ResponseT]):
    """A grade as it is shown: its `key` in the shape of a response, its feedback and reasons with HTML."""

    score: float
    correct: bool
    key: ResponseT
    feedback: list[Feedback]
    reasons: NotRequired[list[Feedback]]
    """Of what was graded before there were any: not there."""
    back: NotRequired[str]
    parts: NotRequired[dict[str, ShownGrade[Any]]]


@dataclass(frozen=True)
class Graded:
    """A response's score in [0, 1], feedback on it, the score of each facet, and the grade of each part by its id."""

    score: float
    feedback: list[Feedback]
    facet_scores: dict[str, float]
    parts: Mapping[str, Graded] = field(default_factory=dict)
    unread: str = ""
    """What is to be said of parts that could not be read, and have no marks."""
    rating: str = ""
    """The student's own: `again`, `hard`, `good` or `easy`; "" where the score makes the rating."""
    void: bool = False
    """Whether it does not count, for or against: the question was withdrawn."""

    @property
    def correct(self) -> bool:
        """Whether the response is right in every part."""
        return self.score == 1


@dataclass(frozen=True)
class Revealed(Generic[ResponseT]):
    """Shown after an answer: the key in the shape of a response, the explanation, and the worked solution.

    `reasons` say of each option that has one why it is right or wrong, chosen or not. `parts` are those of an item's
    parts by their ids, where it has any; a part without a why of its own has "". `back` is the answer to what is marked
    by the student, in Markdown.
    """

    key: ResponseT
    explanation: str
    solution: str | None
    reasons: list[Feedback] = field(default_factory=list)
    parts: Mapping[str, Revealed[Any]] = field(default_factory=dict)
    back: str = ""
