"""Tables and examples as people type them: pasted from a spreadsheet, or `x = 2; net = ResNet-18`."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

Cells = Mapping[str, object]


def read_table(text: str) -> list[dict[str, float | str]]:
    """The rows of a table with a line of headings: cells end with commas, or with tabs as spreadsheets copy them.

    Raises ValueError for a row with more or fewer cells than there are headings.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    delimiter = "\t" if lines and "\t" in lines[0] else ","
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True)]
    for number, row in enumerate(rows[1:], start=1):
        if len(row) != len(rows[0]):
            raise ValueError(f"Row {number} has {len(row)} cells, and there are {len(rows[0])} columns.")
    return [{name: _value(cell) for name, cell in zip(rows[0], row, strict=True)} for row in rows[1:]]


def write_table(rows: Sequence[Cells]) -> str:
    """The same table as text."""
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow(rows[0])
    table.writerows([_text(cell) for cell in row.values()] for row in rows)
    return file.getvalue().rstrip("\n")


def read_values(text: str) -> dict[str, float | str | list[float]]:
    """`x = 2; y = [1, 2]; net = ResNet-18; text = "2"` as values by name. Raises ValueError."""
    values: dict[str, float | str | list[float]] = {}
    for part in filter(str.strip, text.split(";")):
        name, equals, value = part.partition("=")
        if not equals:
            raise ValueError(f"“{part.strip()}” says no value: write name = value, and ; before the next.")
        value = value.strip()
        if len(value) > 1 and value[0] == value[-1] == '"':
            values[name.strip()] = value[1:-1]
        elif value.startswith("[") and value.endswith("]"):
            values[name.strip()] = [float(entry) for entry in value[1:-1].split(",")]
        else:
            values[name.strip()] = _value(value)
    return values


def write_values(values: Cells) -> str:
    """The same values as text."""
    return "; ".join(f"{name} = {_quoted(value)}" for name, value in values.items())


def _quoted(value: object) -> str:
    """A value as it is typed; a text that would be read as a number is in quotes."""
    return f'"{value}"' if isinstance(value, str) and isinstance(_value(value), float) else _text(value)


def _value(cell: str) -> float | str:
    try:
        return float(cell)
    except ValueError:
        return cell


def _text(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)
