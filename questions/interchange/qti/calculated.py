"""Calculated questions of QTI 1.2: rows of numbers, each with its answer, become an item that draws a row. Pure."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from questions.interchange import asking
from questions.interchange.asking import Asked, RefusedError, Remarks
from questions.interchange.qti.trees import each, text_of


def read_calculated(item: Element, stem: str, remarks: Remarks) -> tuple[str, Asked]:
    """The stem with its names in braces, and a number that follows from the row that is drawn. Raises RefusedError."""
    rows: list[dict[str, str]] = []
    for found in each(item, "var_set"):
        row = {variable.get("name", ""): text_of(variable) for variable in found.findall("var")}
        rows.append(row | {"answer": text_of(found.find("answer"))})
    return draw_rows(stem, rows, text_of(next(each(item, "answer_tolerance"), None)), remarks)


def draw_rows(stem: str, rows: list[dict[str, str]], tolerance: str, remarks: Remarks) -> tuple[str, Asked]:
    """An item that draws one of the rows; `[x]` in its stem is the row's x."""
    numbers = [{name: asking.number(text) for name, text in row.items()} for row in rows]
    whole = [row for row in numbers if row and None not in row.values()]
    if not whole:
        raise RefusedError("It has no rows of numbers to draw from.")
    names = {name: place for place, name in enumerate(sorted({n for row in whole for n in row} - {"answer"}))}
    own = {name: name if re.fullmatch(r"[a-z][a-z0-9]*", name) else f"v{place}" for name, place in names.items()}
    table = [{own.get(name, name): _cell(value) for name, value in row.items() if value is not None} for row in whole]
    distinct = [dict(row) for row in dict.fromkeys(tuple(sorted(row.items())) for row in table)]
    text = stem.replace("{", "{{").replace("}", "}}")
    for name, ours in own.items():
        for written in (f"[{name}]", f"[{name}\\]"):
            text = text.replace(written, f"{{set.{ours}}}")
    remarks.changed.append(f"A calculated question draws one of {len(distinct)} rows of numbers, without its formula.")
    away = asking.number(tolerance.removesuffix("%")) if tolerance else None
    fields: dict[str, object] = {
        "tables": {"sets": distinct},
        "draw": {"set": "row(sets)"},
        "answer": "set.answer",
    }
    if away is None or away <= 0:
        fields["exact"] = True
    elif tolerance.endswith("%"):
        fields["tolerance"] = {"rtol": min(0.5, float(away) / 100)}
    else:
        fields["tolerance"] = {"atol": float(away)}
    return text, Asked("numeric", fields)


def _cell(value: object) -> float | int:
    number = float(str(value))
    return int(number) if number.is_integer() else number
