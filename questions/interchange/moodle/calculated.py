"""Calculated questions: the numbers that Moodle generated become a table, of which a row is drawn. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element

from questions import kinds
from questions.interchange import asking
from questions.interchange.asking import Asked, RefusedError, Remarks
from questions.interchange.markdown import OURS

MOST_ROWS = 100
NAME = re.compile(r"\{([A-Za-z][A-Za-z0-9_]{0,40})\}")
SHOWN = re.compile(r"\{=((?:[^{}]|\{[^{}]*\})*)\}|\{([A-Za-z][A-Za-z0-9_]{0,40})\}|([{}])")
"""A formula, a wildcard, or a brace that means nothing."""
POWER = re.compile(r"\bpow\(([^(),]*),([^(),]*)\)")
RESERVED = ("set", "sets", "e", "pi")


def draw_data(element: Element, stem: str, asked: Asked, remarks: Remarks) -> tuple[str, Asked]:
    """The question with its wildcards drawn from the rows that the file has. Raises RefusedError."""
    columns = _columns(element)
    if not columns:
        raise RefusedError("It has no rows of numbers to draw from.")
    own = {name: name if _is_plain(name) else f"v{place}" for place, name in enumerate(columns)}
    rows = [dict(zip(own.values(), row, strict=True)) for row in zip(*columns.values(), strict=False)]
    fields = {
        name: _formula(str(value), own) if name == "answer" else _show_all(value, own)
        for name, value in asked.fields.items()
    }
    fields |= {"tables": {"sets": rows[:MOST_ROWS]}, "draw": {"set": "row(sets)"}}
    text = _show(stem, own)
    remarks.changed.append(f"Its numbers are drawn from the {len(rows)} rows that were generated in Moodle.")
    if asked.kind == "numeric":
        try:
            kinds.parse(asked.kind, {"stem": text, "explanation": "…", **fields})
        except ValueError:
            raise RefusedError("Its formula or its numbers cannot be computed here.") from None
    return text, Asked(asked.kind, fields)


def _is_plain(name: str) -> bool:
    return name.isalnum() and name.islower() and name not in RESERVED


def _columns(element: Element) -> dict[str, list[float | int]]:
    """The numbers of each wildcard."""
    columns: dict[str, list[float | int]] = {}
    for definition in element.iter("dataset_definition"):
        name = (definition.findtext("name/text") or "").translate(OURS).strip()
        values = [asking.number((item.text or "").translate(OURS)) for item in definition.iter("value")]
        numbers = [float(value) for value in values if value is not None]
        if name and numbers:
            columns[name] = [int(number) if number.is_integer() else number for number in numbers]
    return columns


def _show_all(value: object, own: Mapping[str, str]) -> object:
    """Part of a body with wildcards shown as what is drawn."""
    if isinstance(value, str):
        return _show(value, own)
    if isinstance(value, list):
        return [_show_all(part, own) for part in value]
    return {name: _show_all(part, own) for name, part in value.items()} if isinstance(value, dict) else value


def _show(text: str, own: Mapping[str, str]) -> str:
    """A text that shows what is drawn; other braces are doubled."""

    def shown(found: re.Match[str]) -> str:
        if found[1] is not None:
            return f"{{{_formula(found[1].replace(chr(92), ''), own)}}}"
        return f"{{set.{own[found[2]]}}}" if found[2] in own else found[0].replace("{", "{{").replace("}", "}}")

    return SHOWN.sub(shown, text)


def _formula(text: str, own: Mapping[str, str]) -> str:
    """A formula of Moodle as one of ours; one that nests `pow` is left, and refused."""
    plain = NAME.sub(lambda found: f"set.{own.get(found[1], found[1])}", text).replace("pi()", "pi")
    return POWER.sub(r"((\1)**(\2))", plain)
