"""A blueprint as rows of a form, and rows as a blueprint: the one says what the other does. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from questions.kinds import KINDS, in_exams
from questions.kinds.fields import Column

LEVELS = ("1", "2", "3", "4", "5")
KIND, LEVEL = "kind_", "level_"
NUMBERS = {"assessment": ("slots",), "viva": ("rounds", "pairs", "distractors", "seconds_a_round")}
Cells: TypeAlias = Mapping[str, object]
Document: TypeAlias = dict[str, object]


def section_columns() -> tuple[Column, ...]:
    """The columns of an assessment's sections; kinds and difficulties have one each."""
    kinds = [Column(KIND + name, KINDS[name].title, "number") for name in in_exams()]
    levels = [Column(LEVEL + level, f"Difficulty {level}", "number") for level in LEVELS]
    return (
        Column("title", "Title"),
        Column("slots", "Questions", "number"),
        Column("pools", "Pools", placeholder="as the exam"),
        *_under("Weights of kinds", "any kind", kinds),
        Column("any_mix", "These kinds in any mix", "check"),
        *_under("Weights of difficulties", "as the exam", levels),
    )


def _under(heading: str, blank: str, columns: Sequence[Column]) -> list[Column]:
    first, *others = columns
    return [Column(first.name, first.label, first.type, heading=heading, blank=blank), *others]


def to_fields(blueprint: object) -> dict[str, object]:
    """Return the form's fields for a blueprint, also for one that is wrong: what is nowhere in the form is left out."""
    stored: Cells = blueprint if isinstance(blueprint, dict) else {}
    sections = stored.get("sections")
    return {
        **{name: stored.get(name) for names in NUMBERS.values() for name in names},
        "counts": stored.get("counts", "best"),
        "pools": _names(stored.get("pools")),
        "difficulty": _weights(stored.get("difficulty")),
        "concepts": _weights(stored.get("concepts")),
        "sections": [_section_cells(each) for each in sections if isinstance(each, dict)]
        if isinstance(sections, list)
        else [],
    }


def _section_cells(section: Cells) -> dict[str, object]:
    kinds = section.get("kinds")
    weights = dict.fromkeys(kinds, 1) if isinstance(kinds, list) else _weights(kinds)
    return {
        **{name: section.get(name, "") for name in ("title", "slots")},
        "pools": _names(section.get("pools")),
        **{KIND + str(name): weight for name, weight in weights.items()},
        "any_mix": isinstance(kinds, list) and bool(kinds),
        **{LEVEL + name: weight for name, weight in _weights(section.get("difficulty")).items()},
    }


def _names(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else ""


def _weights(value: object) -> dict[str, object]:
    return {str(name): weight for name, weight in value.items()} if isinstance(value, dict) else {}


@dataclass
class Reading:
    """The blueprint that rows make, and what in them is no number: the field, and a message that names the row."""

    blueprint: Document = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)

    def number(self, place: str, where: str, cell: object) -> object:
        """A cell's number, noted as a problem where it is none."""
        text = str(cell).strip()
        try:
            read = float(text)
        except ValueError:
            read = math.nan
        if math.isfinite(read):
            return int(read) if read.is_integer() else read
        self.problems.append((place, f"{where}: “{text[:20]}” is not a number; write one like 2 or 0.5."))
        return 0

    def weights(self, place: str, where: str, cells: Mapping[str, object]) -> Document:
        """The weights in the cells that are not blank."""
        filled = {name: cell for name, cell in cells.items() if cell not in ("", None)}
        return {name: self.number(place, f"{where}{name}", cell) for name, cell in filled.items()}


def to_blueprint(kind: str, fields: Mapping[str, object]) -> Reading:
    """Read the blueprint of an exam of `kind` from the form's fields; what is blank is left out.

    With sections, the slots of the whole are theirs together.
    """
    reading = Reading()
    document = reading.blueprint
    for name in NUMBERS.get(kind, ()):
        if fields.get(name) not in ("", None):
            document[name] = reading.number(name, "It", fields[name])
    concepts = fields.get("concepts")
    parts: dict[str, object] = {
        "concepts": reading.weights("concepts", "", concepts) if isinstance(concepts, dict) else {}
    }
    if kind == "assessment":
        difficulty, rows = fields.get("difficulty"), fields.get("sections")
        parts["difficulty"] = (
            reading.weights("difficulty", "Difficulty ", difficulty) if isinstance(difficulty, dict) else {}
        )
        parts["pools"] = _split(fields.get("pools"))
        sections = [_section(reading, at, row) for at, row in enumerate(rows if isinstance(rows, list) else [])]
        parts["sections"] = sections
        if sections:
            slots = [section.get("slots") for section in sections]
            document["slots"] = sum(each for each in slots if isinstance(each, int))
    document |= {name: part for name, part in parts.items() if part}
    if fields.get("counts") not in ("best", "", None):
        document["counts"] = fields["counts"]
    return reading


def _section(reading: Reading, at: int, row: Cells) -> Document:
    where = f"Row {at + 1}"
    section: Document = {"title": row["title"]} if row.get("title") else {}
    if row.get("slots") not in ("", None):
        section["slots"] = reading.number("sections", f"{where}, questions", row["slots"])

    def cells(prefix: str) -> dict[str, object]:
        return {name.removeprefix(prefix): cell for name, cell in row.items() if name.startswith(prefix)}

    kinds = reading.weights("sections", f"{where}, ", cells(KIND))
    parts = {
        "kinds": [name for name, weight in kinds.items() if weight] if row.get("any_mix") else kinds,
        "difficulty": reading.weights("sections", f"{where}, difficulty ", cells(LEVEL)),
        "pools": _split(row.get("pools")),
    }
    return section | {name: part for name, part in parts.items() if part}


def _split(text: object) -> list[str]:
    return str(text or "").replace(",", " ").split()
