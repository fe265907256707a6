"""A form field of rows, such as the choices of a question: add, remove and move them; blank rows are left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from questions.interchange import yaml
from questions.kinds.fields import Column, Row
from questions.whole_numbers import read_whole_number

MAX_ROWS = 60
MAX_ROW_NUMBER = 999_999
"""Rows are numbered as they are added: the number says nothing about how many there are."""


class RowsWidget(forms.Widget):
    """A table with one line of inputs a row, named `<field>-<row>-<column>`, and a template for new rows.

    Where there are none yet, a blank one waits to be written in.
    """

    template_name = "admin/questions/rows.html"

    class Media:
        js = (
            forms.Script("questions/admin/rows.js", type="module"),
            forms.Script("questions/admin/places.js", type="module"),
            forms.Script("questions/admin/tables.js", type="module"),
        )
        css = {"all": ("questions/admin/item.css",)}

    def __init__(self, columns: Sequence[Column], add: str, picture: str = "") -> None:
        super().__init__()
        self.columns = columns
        self.add = add
        self.picture = picture
        self.notes: Sequence[Sequence[str]] = ()
        """What is said below each row, in lines."""

    def get_context(self, name: str, value: Sequence[Row] | None, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = [
            {"groups": self._groups(name, number, row), "notes": self.notes[number : number + 1]}
            for number, row in enumerate(value or [{}])
        ]
        context["widget"] |= {
            "columns": self.columns,
            "rows": rows,
            "blank": self._groups(name, "__row__", {}),
            "add": self.add,
            "stacked": len(self.columns) > 2 or any(column.type == "table" for column in self.columns),
            "picture": self.picture and "-".join((*name.split("-")[:-1], self.picture)),
        }
        return context

    def _groups(self, name: str, number: int | str, row: Row) -> list[tuple[str, list[dict[str, Any]], str]]:
        """A row's cells, in groups: what they stand under, the cells, and what they say where they are folded away."""
        groups: list[tuple[str, list[dict[str, Any]]]] = [("", [])]
        for column in self.columns:
            if column.heading:
                groups.append((column.heading, []))
            value = cell_text(row.get(column.name, ""))
            groups[-1][1].append({"name": f"{name}-{number}-{column.name}", "column": column, "value": value})
        return [(heading, cells, _said(cells)) for heading, cells in groups]

    def value_from_datadict(self, data: Mapping[str, object], files: object, name: str) -> list[Row]:
        """The rows in the order of the form; those that are blank in every column are left out."""
        numbers: list[int] = []
        for key in data:
            if not key.startswith(f"{name}-"):
                continue
            number = read_whole_number(key.removeprefix(f"{name}-").partition("-")[0], 0, MAX_ROW_NUMBER)
            if number is not None and number not in numbers and len(numbers) < MAX_ROWS:
                numbers.append(number)
        rows = [{column.name: self._cell(data, name, number, column) for column in self.columns} for number in numbers]
        return [row for row in rows if any(row.values())]

    def _cell(self, data: Mapping[str, object], name: str, number: int, column: Column) -> str | bool:
        typed = data.get(f"{name}-{number}-{column.name}", "")
        return bool(typed) if column.type == "check" else str(typed).replace("\r\n", "\n").strip()

    def value_omitted_from_data(self, data: Mapping[str, object], files: object, name: str) -> bool:
        return False

    def id_for_label(self, id_: str) -> str:
        return ""


def _said(cells: Sequence[Mapping[str, Any]]) -> str:
    """What cells say in short: those that are filled, with their labels; where none is, what that means."""
    filled = [(cell["column"].label, cell["value"]) for cell in cells if cell["value"] not in ("", False)]
    return ", ".join(label if value is True else f"{label}: {value}" for label, value in filled) or str(
        cells[0]["column"].blank
    )


def cell_text(cell: object) -> object:
    """A cell as it is typed: a mapping as YAML, the same whatever the order of its names; a number as its digits."""
    if isinstance(cell, dict):
        return yaml.write({name: cell[name] for name in sorted(cell)}, in_blocks=True).strip()
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return f"{cell:.12g}"
    return cell


class AuthorField(forms.Field):
    """A field of many inputs."""

    def as_text(self, value: object) -> str:
        """Its value as text to read and to compare."""
        raise NotImplementedError


class RowsField(AuthorField):
    """A list of rows, each a dict of its columns."""

    def __init__(self, columns: Sequence[Column], add: str, picture: str = "") -> None:
        super().__init__(widget=RowsWidget(columns, add, picture))
        self.columns = columns

    def to_python(self, value: Sequence[Row] | None) -> list[Row]:
        rows = [dict(row) for row in value or []]
        for column in self.columns:
            if column.type == "rest":
                for number, row in enumerate(rows):
                    row[column.name] = self._read_rest(str(row.get(column.name) or ""), number, column)
        return rows

    def _read_rest(self, text: str, number: int, column: Column) -> Any:
        """The mapping that YAML in a cell is. Raises ValidationError."""
        where = self.label_of(number, column.name)
        try:
            read = yaml.read(text) if text else {}
        except yaml.YAMLError as error:
            raise ValidationError(f"{where}, line {error.line}: {error.message}") from None
        if not isinstance(read, dict):
            raise ValidationError(f"{where}: write name: value, each on a line of its own.")
        return dict(read)

    def has_changed(self, initial: Sequence[Row] | None, data: Sequence[Row] | None) -> bool:
        """Whether a cell differs; those that are blank are written in several ways."""
        return self._filled(initial) != self._filled(data)

    def _filled(self, rows: Sequence[Row] | None) -> list[dict[str, object]]:
        filled = [{name: cell_text(cell) for name, cell in row.items() if cell} for row in rows or []]
        return [row for row in filled if row]

    def as_text(self, value: object) -> str:
        rows = value if isinstance(value, list) else []
        return "\n".join(
            " | ".join(str(cell_text(row.get(column.name) or "")).strip() for column in self.columns)
            for row in rows
            if isinstance(row, dict)
        )

    def label_of(self, row: int, column: str = "") -> str:
        """How a row (0-based) and a column are called in an error."""
        labels = {entry.name: entry.label for entry in self.columns}
        if column and any(entry.type == "rest" for entry in self.columns):
            labels.setdefault(column, column)
        return f"Row {row + 1}" + (f", {labels[column].casefold()}" if column in labels else "")
