"""Acts of staff as people read them: each with its fields, what they were beside what they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from questions.admin.differences import Difference, compare
from questions.interchange import yaml
from questions.models import StaffAct


@dataclass(frozen=True)
class Described:
    """An act, and the fields that it changed."""

    act: StaffAct
    fields: list[Difference]

    @property
    def names(self) -> str:
        """The fields, in a line."""
        return ", ".join(each.label for each in self.fields)


def describe(acts: Iterable[StaffAct]) -> list[Described]:
    """Return acts with their fields, those that say nothing left out."""
    return [Described(act, fields_of(act)) for act in acts]


def fields_of(act: StaffAct) -> list[Difference]:
    """The fields of an act in which something stood or stands."""
    before, after = act.before or {}, act.after or {}
    texts = [(name, _text(before.get(name)), _text(after.get(name))) for name in sorted({**before, **after})]
    return [compare(name.replace("_", " ").replace(".", ": "), old, new) for name, old, new in texts if old != new]


def _text(value: object) -> str:
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else yaml.write(value, in_blocks=True).strip()
