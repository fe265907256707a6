"""The parts of a graded answer as its page shows them, each in the way of its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from typing_extensions import TypedDict

from questions.json_types import of_kind
from questions.kinds.base import Prompt, ShownGrade
from questions.kinds.multi_part.body import Part
from questions.kinds.registry import KINDS
from questions.kinds.responses import ResponseError, is_dont_know, is_unreadable, said_instead

LEFT_OPEN = "left open"
"""What statistics call a part without an answer."""
NOT_UNDERSTOOD = "not understood"
"""What they call one that could not be read."""


class PartPrompt(TypedDict):
    """A part as it is asked. `in_text` says that its field stands in the stem, where `[[id]]` is."""

    id: str
    kind: str
    marks: float
    in_text: bool
    prompt: Annotated[Prompt, of_kind("prompt")]


class PartsPrompt(Prompt):
    """The parts, in the author's order."""

    parts: list[PartPrompt]


@dataclass(frozen=True)
class PartRow:
    """A part as a graded answer shows it: its prompt and grade, and the `rows` of its kind's template `results`.

    `answered` are the texts of the answer, none where it was left open.
    """

    label: str
    part: PartPrompt
    grade: ShownGrade[Any]
    rows: Sequence[object]
    results: str
    answered: Sequence[str]
    said: Sequence[str]
    """What is said to what was typed, in HTML; what is said of options stands in the rows."""

    @property
    def is_open(self) -> bool:
        """Whether it was left open, or not known."""
        return not self.answered

    @property
    def outcome(self) -> str:
        """`right`, `partly` or `wrong`."""
        return "right" if self.grade["correct"] else "partly" if self.grade["score"] > 0 else "wrong"

    @property
    def marks(self) -> str:
        """The marks of the answer, of all that there are, in words."""
        earned, all_marks = self.grade["score"] * self.part["marks"], self.part["marks"]
        return f"{earned:.3g} of {all_marks:.3g} mark{'' if all_marks == 1 else 's'}"


def row_of(letter: str, part: PartPrompt, grade: ShownGrade[Any], response: Any) -> PartRow:
    """Return the row of a part; None as a response: it was left open."""
    kind = KINDS[part["kind"]]
    answered = kind.blank_response() if response is None or is_dont_know(response) else response
    texts: list[tuple[str, ...]] = []
    if answered is response:
        texts = kind.response_texts(part["prompt"], answered)
    elif is_unreadable(response):
        texts = texts_of(part, response)
    return PartRow(
        letter,
        part,
        grade,
        kind.result_rows(part["prompt"], grade, answered),
        f"quizzes/results/{kind.name}.html",
        [line[-1] for line in texts],
        [entry["message_html"] for entry in grade["feedback"] if entry["target"] in answered],
    )


def texts_of(part: PartPrompt, response: Any) -> list[tuple[str, ...]]:
    """Return what was answered to a part, line by line, as its kind has it."""
    if instead := said_instead(response):
        return [(instead,)]
    kind = KINDS[part["kind"]]
    joint = kind.line_joint.strip()
    lines = kind.response_texts(part["prompt"], response)
    return [(line[0], *(text for other in line[1:] for text in (joint, other))) for line in lines]


def units_of(part: PartPrompt, line: tuple[str, ...]) -> tuple[str, ...]:
    """Return the unit of a line of an answer, where its part has one that was not typed."""
    unit = str(part["prompt"].get("unit") or "")
    return (unit,) if unit and not line[-1].endswith(unit) else ()


def picked_of(part: Part, answer: Any, response: Any) -> list[str]:
    """Return the texts of the expected answers that the response to a part stands for; None: it was left open."""
    if response is None or is_dont_know(response):
        return [NOT_UNDERSTOOD if is_unreadable(response) else LEFT_OPEN]
    try:
        return part.asker.picked(part.body, answer, response)
    except ResponseError:
        return [NOT_UNDERSTOOD]
