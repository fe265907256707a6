"""Which columns of a table hold what, by their headings. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

NAMES = {
    "slug": ("slug", "id"),
    "kind": ("kind", "type", "question type", "qtype"),
    "title": ("title", "name", "question name"),
    "question": ("question", "stem", "front", "question text", "prompt", "term"),
    "answer": (
        "answer",
        "back",
        "definition",
        "correct",
        "correct answer",
        "correct answers",
        "correct awnser",
        "right",
    ),
    "options": ("options", "choices", "question answers", "answers"),
    "explanation": ("explanation", "feedback", "general feedback"),
    "solution": ("solution",),
    "tolerance": ("tolerance",),
    "precision": ("precision",),
    "unit": ("unit",),
    "concepts": ("concepts", "tags", "category", "concept"),
    "difficulty": ("difficulty", "dificulty"),
    "seconds": ("seconds", "time", "time limit"),
}
NUMBERED = {
    "answer": ("answer", "right"),
    "option": ("option", "choice"),
    "wrong": ("wrong", "distractor"),
    "because": ("because", "wrong feedback"),
    "left": ("left",),
    "hint": ("hint",),
}
"""Headings that stand with a number: `wrong 1`, `Option 2`, `Answer3`."""
NUMBER = re.compile(r"\d{1,2}$")


@dataclass
class Columns:
    """Where each field is: alone, or as one of several with numbers."""

    single: dict[str, int] = field(default_factory=dict)
    numbered: dict[str, dict[int, int]] = field(default_factory=dict)

    def cell(self, row: Sequence[str], name: str) -> str:
        """What a row has in a column; "" where there is none."""
        place = self.single.get(name)
        return row[place].strip() if place is not None and place < len(row) else ""

    def cells(self, row: Sequence[str], name: str) -> dict[int, str]:
        """What a row has in the columns of a name, by their numbers."""
        places = self.numbered.get(name, {})
        return {number: row[place].strip() for number, place in sorted(places.items()) if place < len(row)}

    @property
    def is_ours(self) -> bool:
        """Whether the table is as this service writes it: its texts are Markdown."""
        return "kind" in self.single and "question" in self.single and "answer" in self.numbered


def read_columns(row: Sequence[str]) -> Columns | None:
    """The columns of a heading; None where the row is none: it names no question, or no answer."""
    columns = Columns()
    for place, cell in enumerate(row):
        name = " ".join(cell.replace("_", " ").lower().split())
        number = NUMBER.search(name)
        if number and (known := _known(name[: number.start()].strip(), NUMBERED)):
            columns.numbered.setdefault(known, {})[int(number[0])] = place
        elif (known := _known(name, NAMES)) and known not in columns.single:
            columns.single[known] = place
    has_answer = {"answer", "options"} & columns.single.keys() or {"answer", "option"} & columns.numbered.keys()
    return columns if "question" in columns.single and has_answer else None


def _known(name: str, names: dict[str, tuple[str, ...]]) -> str | None:
    return next((field for field, headings in names.items() if name in headings), None)
