"""Forms of the admin, sent back as a browser sends them."""

from __future__ import annotations

from typing import Any

from django.forms import BoundField, MultiWidget
from django.test import Client

from questions.admin.parts import PartsField
from questions.admin.rows import RowsField, cell_text
from quizzes.admin.exam_forms import WeightsField


def filled_in(client: Client, url: str) -> dict[str, Any]:
    """What a browser sends when the form at `url` is saved as it comes."""
    form = client.get(url).context["adminform"].form
    sent: dict[str, Any] = {}
    for field in form:
        sent |= inputs_of(field)
    return sent


def inputs_of(field: BoundField) -> dict[str, Any]:
    value, name = field.value(), field.html_name
    if isinstance(field.field, PartsField):
        sent: dict[str, Any] = {}
        for part in field.field.widget.forms_of(name, value or []):
            sent[f"{part.prefix}-kind"] = part.kind.name
            for inner in part:
                sent |= inputs_of(inner)
        return sent
    if isinstance(field.field, RowsField):
        columns = field.field.columns
        return {
            f"{name}-{number}-{column.name}": cell_text(row[column.name])
            for number, row in enumerate(value or [])
            for column in columns
            if row.get(column.name)
        }
    if isinstance(field.field, WeightsField):
        return {f"{name}-{key}": cell_text(weight) for key, weight in (value or {}).items()}
    if isinstance(field.field.widget, MultiWidget):
        parts = field.field.widget.decompress(value) or []
        return {f"{name}_{number}": part for number, part in enumerate(parts) if part is not None}
    return {} if value is None or value is False else {name: value}
