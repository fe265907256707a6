"""Which tables are watched, and what a row of theirs comes to as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, ForeignKey, Model

Besides = Callable[[Model], Mapping[str, object]]
Snapshot = dict[str, object]


@dataclass(frozen=True)
class Watched:
    """How the rows of a table are noted: fields that say nothing, what else belongs to a row, whose it is."""

    without: frozenset[str]
    besides: Besides | None
    person: str

    def snapshot(self, row: Model) -> Snapshot:
        """Return the row's fields as they are in the database, and what else belongs to it."""
        values: dict[str, object] = {}
        for field in row._meta.concrete_fields:
            if field.primary_key or field.name in self.without or getattr(field, "auto_now", False):
                continue
            value = getattr(row, field.attname)
            if isinstance(field, ForeignKey) and value is not None and not _is_person(field):
                value = str(getattr(row, field.name))
            values[field.name] = value
        values |= self.besides(row) if self.besides else {}
        snapshot: Snapshot = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
        return snapshot

    def person_of(self, row: Model) -> int | None:
        """The key of the person whose row it is; None if it is nobody's."""
        if not self.person:
            return None
        key: int = row.pk if self.person == "self" else getattr(row, f"{self.person}_id")
        return key


watched: dict[type[Model], Watched] = {}


def differences(before: Snapshot | None, after: Snapshot | None) -> tuple[Snapshot | None, Snapshot | None]:
    """Return what differs, as it was and as it is; of fields that hold mappings the entries that differ."""
    if before is None or after is None:
        return before, after
    old, new = _flat(before), _flat(after)
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return {name: old.get(name) for name in names}, {name: new.get(name) for name in names}


def _flat(snapshot: Snapshot) -> Snapshot:
    flat: Snapshot = {}
    for name, value in snapshot.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{inner}": part for inner, part in value.items()}
        else:
            flat[name] = value
    return flat


def _is_person(field: Field[object, object]) -> bool:
    return field.related_model is get_user_model()
