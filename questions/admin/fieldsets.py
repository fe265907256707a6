"""How a kind's form is laid out in the admin: what is rare is folded away, what is small shares lines."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from questions.kinds import fields

SMALL = (fields.Integer, fields.Decimal, fields.Checkbox, fields.Select)


def fieldsets_of(section: fields.Section, draft: Mapping[str, object]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give a section of a kind's form as the admin's, and one folded away of what is rare and says nothing yet."""
    used = [field for field in section.fields if not field.rare or not fields.is_blank(field.read(draft))]
    rare = [field for field in section.fields if field not in used]
    if used:
        is_blank = all(fields.is_blank(field.read(draft)) for field in used)
        folded = section.folded and is_blank
        yield section.title, {"fields": _lines_of(used), "classes": ("collapse",) if folded else ()}
    if rare:
        yield title_of(rare), {"fields": _lines_of(rare), "classes": ("collapse",)}


def title_of(described: Sequence[fields.Field]) -> str:
    """The title of a section that has these fields alone."""
    labels = [field.label for field in described]
    return ", ".join([labels[0], *(label.casefold() for label in labels[1:])])


def _lines_of(described: Sequence[fields.Field]) -> list[str | tuple[str, ...]]:
    """The names of fields, of neighbours that are small in one line."""
    lines: list[str | tuple[str, ...]] = []
    for small, group in itertools.groupby(described, is_small):
        names = [field.name for field in group]
        lines += [tuple(names)] if small and len(names) > 1 else names
    return lines


def is_small(field: fields.Field) -> bool:
    """Whether a field shares a line with its neighbours."""
    return isinstance(field, SMALL) or (isinstance(field, fields.Line) and field.short)
