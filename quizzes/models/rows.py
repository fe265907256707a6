"""Rows that change one by one, written together."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connections, models, router


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
