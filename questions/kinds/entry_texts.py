"""Keys of several numbers as authors write them: entries with commas between, rows with semicolons or on lines."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field


def _as_text(entry: object) -> object:
    """`answer: [2, 3]` are formulas too, though YAML reads numbers."""
    return repr(entry) if type(entry) in (int, float) else entry


def split_entries(value: object) -> object:
    """`a, max(b, c)` as a list of two formulas, and a number as a list of one; what is a list stays one."""
    value = _as_text(value)
    return [part.strip() for part in _apart(value, ",") if part.strip()] if isinstance(value, str) else value


def split_rows(value: object) -> object:
    """`a, b; c, d` as rows of formulas, `a, b;` as a single row, and `a, b, c` as a list of them."""
    value = _as_text(value)
    if isinstance(value, list) and any(isinstance(row, list) for row in value):
        return [split_entries(row) for row in value]
    if not isinstance(value, str):
        return value
    rows = [line for line in _apart(value.strip().replace("\n", ";"), ";") if line.strip()]
    is_vector = len(rows) == 1 and ";" not in value
    return split_entries(rows[0]) if is_vector else [split_entries(row) for row in rows]


def _apart(text: str, separator: str) -> list[str]:
    """The parts of a text between separators that stand in no brackets."""
    parts, depth = [""], 0
    for char in text:
        depth += (char in "[({") - (char in "])}")
        if char == separator and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def write_entries(entries: object) -> str:
    """A list as it is typed in a form: entries with commas between, rows on lines of their own."""
    if not isinstance(entries, list):
        return str(entries)
    has_rows = any(isinstance(entry, list) for entry in entries)
    text = ("\n" if has_rows else ", ").join(map(write_entries, entries))
    return f"{text};" if has_rows and len(entries) == 1 else text


def as_text(value: str | list[str] | list[list[str]]) -> str:
    """A key as it is typed: entries in brackets; a single formula may give a whole list."""
    if isinstance(value, str):
        return value.strip("`")
    texts = list(map(as_text, value))
    if len(texts) == 1 and isinstance(value[0], str) and texts[0][:1] == "[":
        return texts[0]
    return f"[{', '.join(texts)}]"


Entry = Annotated[
    str, BeforeValidator(_as_text, json_schema_input_type=str | float), Field(min_length=1, max_length=400)
]
"""A formula of what is drawn, or a number."""
Entries = Annotated[
    list[Entry], BeforeValidator(split_entries, json_schema_input_type=list[Entry] | str | float), Field(max_length=30)
]
"""Several of them."""
Rows = Annotated[
    list[list[Entry]] | list[Entry],
    BeforeValidator(split_rows, json_schema_input_type=list[list[Entry]] | list[Entry] | str),
    Field(min_length=1, max_length=30),
]
"""Rows of them, or a vector."""
