"""Rows that change one by one, written together."""

from __future__ import annotations

from collections.abc import Sequence

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
