"""What is said to answers that are expected, so that a client which is offline says it too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired

from typing_extensions import TypedDict

from questions.kinds.grades import Feedback


class ExpectedWhen(TypedDict, total=False):
    """To which answer something is said: one that has all of these; see docs/api.md."""

    chosen: str
    missed: str
    left: str
    right: str
    step: str
    mistake: int
    near_miss: bool


class ExpectedFeedback(TypedDict):
    """What is said to an answer, with the target that it has in the feedback of a grade; of a part by its id."""

    when: ExpectedWhen
    target: str
    message: str
    message_html: NotRequired[str]
    part: NotRequired[str]


def said_to_mistakes(target: str, becauses: Sequence[str]) -> list[ExpectedFeedback]:
    """Return what is said to each mistake, by its place in the grading's `mistakes`."""
    return [
        {"when": {"mistake": place}, "target": target, "message": because} for place, because in enumerate(becauses)
    ]


def said_to_chosen(feedback: Sequence[Feedback]) -> list[ExpectedFeedback]:
    """Return what is said to options that are chosen."""
    return [said_if({"chosen": each["target"]}, each) for each in feedback]


def said_if(when: ExpectedWhen, feedback: Feedback) -> ExpectedFeedback:
    """Return what is said to an answer, where it is such a one."""
    return {"when": when, "target": feedback["target"], "message": feedback["message"]}
