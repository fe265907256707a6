"""Rows that change one by one, written together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, connections, models, router


def update_rows(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Write these fields of stored rows of one model, each with values of its own, in one round trip.

    As `bulk_update` does, which makes an expression for each row and field, and takes several times as long.
    """
    if not rows:
        return
    meta = type(rows[0])._meta
    connection = connections[router.db_for_write(type(rows[0]))]
    columns = [field for field in meta.concrete_fields if field.name in fields or field.primary_key]
    columns.sort(key=lambda field: field.primary_key)  # which is the last: where the others are written
    values = [[field.get_db_prep_save(getattr(row, field.attname), connection) for field in columns] for row in rows]
    quote = connection.ops.quote_name
    table, names = quote(meta.db_table), [quote(field.column or field.attname) for field in columns]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in columns)
            pairs = ", ".join(f"{name} = new.{name}" for name in names[:-1])
            cursor.execute(
                f"UPDATE {table} SET {pairs} FROM unnest({arrays}) AS new({', '.join(names)}) "  # noqa: S608 - names of ours
                f"WHERE {table}.{names[-1]} = new.{names[-1]}",
                [list(column) for column in zip(*values, strict=True)],
            )
        else:
            pairs = ", ".join(f"{name} = %s" for name in names[:-1])
            cursor.executemany(f"UPDATE {table} SET {pairs} WHERE {names[-1]} = %s", values)  # noqa: S608 - names of ours


MAX_PARAMETERS = 900
"""Of one statement: SQLite takes no more than 999, where it was built so."""


def create_rows(rows: Iterable[models.Model]) -> None:
    """Store new rows of one model, and set their primary keys where the database makes them.

    As `bulk_create` does, which puts its statement together anew each time, and takes three times as long.
    """
    left = list(rows)
    if not left:
        return
    for row in left:
        row._prepare_related_fields_for_save(operation_name="bulk_create")  # type: ignore[attr-defined] # not in the stubs
    model = type(left[0])
    made = model._meta.pk if isinstance(model._meta.pk, models.AutoField) else None
    fields = [field for field in model._meta.concrete_fields if field is not made]
    at_once = MAX_PARAMETERS // len(fields)
    with connection.cursor() as cursor:
        for begin in range(0, len(left), at_once):
            some = left[begin : begin + at_once]
            values = [
                field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in some for field in fields
            ]
            cursor.execute(_insert(model, tuple(str(field.column) for field in fields), len(some), made), values)
            for row, key in zip(some, cursor.fetchall() if made else [()] * len(some), strict=True):
                if made:
                    row.pk = key[0]
                row._state.adding, row._state.db = False, connection.alias


def _insert(model: type[models.Model], columns: tuple[str, ...], rows: int, made: models.Field[Any, Any] | None) -> str:
    """Return the statement that stores so many rows of a model."""
    quote = connection.ops.quote_name
    marks = f"({', '.join(['%s'] * len(columns))})"
    returning = f" RETURNING {quote(str(made.column))}" if made else ""
    names = ", ".join(map(quote, columns))
    return f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES {', '.join([marks] * rows)}{returning}"  # noqa: S608 - names of ours


def insert_rows(model: type[models.Model], fields: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Store new rows of a model, of which these fields are told, and all others have their defaults.

    As `bulk_create` does, which makes an object of each row and prepares every field of it, and takes four times as
    long.
    """
    if not rows:
        return
    meta, quote = model._meta, connection.ops.quote_name
    of_name = {field.name: field for field in meta.concrete_fields}
    columns = [of_name.pop(name) for name in fields]
    others = list(of_name.values())
    constants = [field.get_db_prep_save(field.get_default(), connection) for field in others]
    values = [
        [field.get_db_prep_save(value, connection) for field, value in zip(columns, row, strict=True)] for row in rows
    ]
    names = ", ".join(quote(str(field.column)) for field in [*columns, *others])
    marks = ", ".join(["%s"] * len(others))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in columns)
            cursor.execute(
                f"INSERT INTO {quote(meta.db_table)} ({names}) SELECT new.*, {marks} FROM unnest({arrays}) AS new",  # noqa: S608 - names of ours
                [*constants, *(list(column) for column in zip(*values, strict=True))],
            )
        else:
            told = ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f"INSERT INTO {quote(meta.db_table)} ({names}) VALUES ({told}, {marks})",  # noqa: S608 - names of ours
                [[*row, *constants] for row in values],
            )
