"""A form field of rows, such as the choices of a question: add, remove and move them; blank rows are left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

MAX_ROWS = 60


@dataclass(frozen=True)
class Column:
    """A column: its key in the document, its heading, and how it is typed."""

    name: str
    label: str
    type: str = "text"
    """`text` (one line), `long` (several) or `check`."""
    placeholder: str = ""


class RowsWidget(forms.Widget):
    """A table with one line of inputs a row, named `<field>-<row>-<column>`, and a template for new rows."""

    template_name = "admin/questions/rows.html"

    class Media:
        js = (forms.Script("questions/admin/rows.js", type="module"),)
        css = {"all": ("questions/admin/item.css",)}

    def __init__(self, columns: Sequence[Column], add: str) -> None:
        super().__init__()
        self.columns = columns
        self.add = add

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = [self._cells(name, number, row) for number, row in enumerate(value or [])]
        context["widget"] |= {
            "columns": self.columns,
            "rows": rows,
            "blank": self._cells(name, "__row__", {}),
            "add": self.add,
        }
        return context

    def _cells(self, name: str, number: int | str, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [
            {"name": f"{name}-{number}-{column.name}", "column": column, "value": row.get(column.name, "")}
            for column in self.columns
        ]

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, Any]]:
        """The rows in the order of the form; those that are blank in every column are left out."""
        numbers: list[int] = []
        for key in data:
            prefix, _, rest = key.partition("-")
            number = rest.partition("-")[0]
            if prefix == name and number.isdecimal() and int(number) not in numbers and len(numbers) < MAX_ROWS:
                numbers.append(int(number))
        rows = [{column.name: self._cell(data, name, number, column) for column in self.columns} for number in numbers]
        return [row for row in rows if any(row.values())]

    def _cell(self, data: Mapping[str, Any], name: str, number: int, column: Column) -> Any:
        given = data.get(f"{name}-{number}-{column.name}", "")
        return bool(given) if column.type == "check" else str(given).replace("\r\n", "\n").strip()

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return False

    def id_for_label(self, id_: str) -> str:
        return ""


class Rows(forms.Field):
    """A list of rows, each a dict of its columns."""

    def __init__(self, *columns: Column, label: str, add: str = "Add a row", help_text: str = "") -> None:
        super().__init__(required=False, label=label, help_text=help_text, widget=RowsWidget(columns, add))
        self.columns = columns

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        return list(value or [])

    def place(self, row: int, column: str = "") -> str:
        """How a row (0-based) and a column are called in an error."""
        labels = {each.name: each.label for each in self.columns}
        return f"Row {row + 1}" + (f", {labels[column].casefold()}" if column in labels else "")
