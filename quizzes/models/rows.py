"""Rows of one model, written together: as `bulk_update` and `bulk_create` do, in a fraction of their time.

Those make expressions of each value, and arrays of each column, of whose texts every quotation mark is looked for.
"""

from __future__ import annotations

import functools
import itertools
import json
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import numpy as np
from django.db import connection, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models.base import ModelState

_Field = models.Field[Any, Any]
Model = TypeVar("Model", bound=models.Model)


class JSONText(str):
    """JSON that is written already."""

    __slots__ = ()


def make_row(model: type[Model], **values: Any) -> Model:
    """Return a new row as its model's constructor does, which takes each field by itself and tells listeners.

    There are none. Rows that it refers to are told by their fields' names; what is not told has its default.
    """
    row = model.__new__(model)
    row._state = ModelState()
    constants, made, keys = _defaults(model)
    told = vars(row)
    told.update(constants)
    for name, make in made.items():
        told[name] = make()
    for name, value in values.items():
        if name in keys:
            told[keys[name]] = value.pk
            row._state.fields_cache[name] = value
        else:
            told[name] = value
    return row


@functools.cache
def _defaults(model: type[models.Model]) -> tuple[dict[str, Any], dict[str, Callable[[], Any]], dict[str, str]]:
    """Return the defaults of a model's fields, what makes those that differ, and the keys of rows by their names."""
    fields = model._meta.concrete_fields
    made = {field.attname: field.get_default for field in fields if callable(field.default)}
    constants = {field.attname: field.get_default() for field in fields if field.attname not in made}
    return constants, made, {field.name: field.attname for field in fields if field.is_relation}


def update_rows(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Write these fields of stored rows of one model, each with values of its own, in one round trip.

    Rows of a student are found by student and key, so that a table may be partitioned by its students.
    """
    if not rows:
        return
    meta = rows[0]._meta
    keys = [*_owner(rows, fields), meta.pk]  # the last columns: where the others are written
    columns = [*(field for field in meta.concrete_fields if field.name in fields), *keys]
    values = [[getattr(row, field.attname) for field in columns] for row in rows]
    quote = connection.ops.quote_name
    table, names = quote(meta.db_table), [quote(str(field.column)) for field in columns]
    written, where = names[: -len(keys)], names[-len(keys) :]
    with connection.cursor() as cursor:
        if _is_told_as_one(values):
            pairs = ", ".join(f"{name} = new.{name}" for name in written)
            same = " AND ".join(f"{table}.{name} = new.{name}" for name in where)
            cursor.execute(
                f"UPDATE {table} SET {pairs} FROM {_records(columns)} WHERE {same}",  # noqa: S608 - names of ours
                [_document(columns, values)],
            )
        else:
            pairs = ", ".join(f"{name} = %s" for name in written)
            same = " AND ".join(f"{name} = %s" for name in where)
            statement = f"UPDATE {table} SET {pairs} WHERE {same}"  # noqa: S608 - names of ours
            _execute(cursor, statement, _prepared(columns, values))


def _owner(rows: Sequence[models.Model], written: Sequence[str]) -> list[_Field]:
    """Return the column that says whose the rows are, where all have it, it is loaded and stays."""
    for field in rows[0]._meta.concrete_fields:
        if field.name == "student" and not (field.null or field.primary_key or field.name in written):
            return [field] if all(field.attname in vars(row) for row in rows) else []
    return []


def insert_objects(rows: Sequence[models.Model], fields: Sequence[str] = ()) -> None:
    """Store new rows of one model, and tell them their keys; with `fields` in all others stands their default."""
    if not rows:
        return
    names = {field.name: field.attname for field in rows[0]._meta.concrete_fields}
    fields = fields or [name for name in names if rows[0].pk or name != rows[0]._meta.pk.name]
    columns = [names[name] for name in fields]
    keys = insert_rows(type(rows[0]), fields, [[getattr(row, column) for column in columns] for row in rows])
    for row, key in zip(rows, keys or [row.pk for row in rows], strict=True):
        row.pk, row._state.adding, row._state.db = key, False, connection.alias


def insert_rows(
    model: type[models.Model], fields: Sequence[str], rows: Sequence[Sequence[object]], *, or_leave: bool = False
) -> list[Any]:
    """Store new rows of a model, of which these fields are told, and all others have their defaults.

    Return their keys, where these are counted; none with `or_leave`, which leaves out rows that are there already.
    """
    if not rows:
        return []
    meta, quote = model._meta, connection.ops.quote_name
    of_name = {field.name: field for field in meta.concrete_fields}
    columns = [of_name.pop(name) for name in fields]
    others = [field for field in of_name.values() if not isinstance(field, models.AutoField)]
    constants = [field.get_db_prep_save(field.get_default(), connection) for field in others]
    names = ", ".join(quote(str(field.column)) for field in [*columns, *others])
    into = f"INSERT INTO {quote(meta.db_table)} ({names})"
    is_counted = isinstance(meta.pk, models.AutoField)
    ending = f" RETURNING {quote(str(meta.pk.column))}" if is_counted else ""
    if or_leave:
        ending = " ON CONFLICT DO NOTHING"
    with connection.cursor() as cursor:
        if _is_told_as_one(rows) and not ending:
            _copy(cursor, f"COPY {quote(meta.db_table)} ({names}) FROM STDIN", columns, rows, constants)
            return []
        if _is_told_as_one(rows):
            marks = ", ".join(["new.*"] + ["%s"] * len(others))
            cursor.execute(
                f"{into} SELECT {marks} FROM {_records(columns)}{ending}",  # noqa: S608 - names of ours
                [*constants, _document(columns, rows)],
            )
            return [] if or_leave else [key for (key,) in cursor.fetchall()]
        marks = f"({', '.join(['%s'] * (len(columns) + len(others)))})"
        values = [(*row, *constants) for row in _prepared(columns, rows)]
        if is_counted and not or_leave and connection.vendor == "postgresql":
            cursor.execute(f"{into} VALUES {marks}{ending}", values[0])
            return [cursor.fetchone()[0]]
        if is_counted and not or_leave:
            return _insert_counted(cursor, f"{into} VALUES ", marks, values)
        _execute(cursor, f"{into} VALUES {marks}{ending if or_leave else ''}", values)
        return []


def put_rows(
    model: type[models.Model], fields: Sequence[str], rows: Sequence[Sequence[object]], *, unique: Sequence[str]
) -> None:
    """Store rows of a model, all of whose fields are told but its key; one whose `unique` fields are stored is changed.

    No two of them have the same unique fields.
    """
    if not rows:
        return
    meta, quote = model._meta, connection.ops.quote_name
    of_name = {field.name: field for field in meta.concrete_fields}
    columns = [of_name[name] for name in fields]
    names = ", ".join(quote(str(field.column)) for field in columns)
    same = ", ".join(quote(str(of_name[name].column)) for name in unique)
    others = [quote(str(field.column)) for field in columns if field.name not in unique]
    into = f"INSERT INTO {quote(meta.db_table)} ({names})"
    ending = f"ON CONFLICT ({same}) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in others)}"
    with connection.cursor() as cursor:
        if _is_told_as_one(rows):
            cursor.execute(
                f"{into} SELECT new.* FROM {_records(columns)} {ending}",  # noqa: S608 - names of ours
                [_document(columns, rows)],
            )
        else:
            marks = ", ".join(["%s"] * len(columns))
            _execute(cursor, f"{into} VALUES ({marks}) {ending}", _prepared(columns, rows))


MOST = 999
"""The values that a statement of an older SQLite holds."""


def _insert_counted(cursor: CursorWrapper, into: str, marks: str, rows: Sequence[Sequence[Any]]) -> list[int]:
    """Store rows, and return their keys: SQLite counts on within a statement, and has one writer at a time."""
    keys: list[int] = []
    at_once = MOST // len(rows[0])
    for start in range(0, len(rows), at_once):
        piece = rows[start : start + at_once]
        cursor.execute(into + ", ".join([marks] * len(piece)), list(itertools.chain.from_iterable(piece)))
        last: int = cursor.lastrowid
        keys += range(last - len(piece) + 1, last + 1)
    return keys


def _prepared(columns: Sequence[_Field], rows: Sequence[Sequence[object]]) -> list[tuple[Any, ...]]:
    """Return rows as the driver is handed them."""
    database = connections[connection.alias]  # itself: what stands before it looks for it each time
    told = zip(columns, zip(*rows, strict=True), strict=True)
    return list(zip(*(_prepare(field, values, database) for field, values in told), strict=True))


def _prepare(field: _Field, values: Sequence[Any], database: BaseDatabaseWrapper) -> Sequence[Any]:
    """Return what a field's `get_db_prep_save` makes of a column, with a short way for what there is most of."""
    of, types = _end_of(field), set(map(type, values))
    if (isinstance(of, _PLAIN) and types <= _AS_HANDED) or (isinstance(of, models.BooleanField) and types <= _TRUTHS):
        return values
    if isinstance(of, models.JSONField):
        as_usual = functools.partial(field.get_db_prep_save, connection=database)
        return [value if type(value) is JSONText else as_usual(value) for value in values]
    if isinstance(of, models.UUIDField) and not database.features.has_native_uuid_field and types <= _IDENTIFIERS:
        return [value and value.hex for value in values]
    if isinstance(of, models.DateTimeField) and types <= _INSTANTS and _is_sqlite_in_utc(database):
        if all(value is None or value.tzinfo is UTC for value in values):
            return [value and str(value.replace(tzinfo=None)) for value in values]
    elif isinstance(of, models.DateField) and types <= _DAYS and database.vendor == "sqlite":
        return [value and str(value) for value in values]
    return [field.get_db_prep_save(value, connection=database) for value in values]


def _end_of(field: _Field) -> _Field:
    """Return the field that holds the values of a foreign key, any other as it is."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field


def _is_sqlite_in_utc(database: BaseDatabaseWrapper) -> bool:
    return database.vendor == "sqlite" and database.timezone is UTC


def _execute(cursor: CursorWrapper, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Execute a statement for each row."""
    if len(rows) == 1:
        cursor.execute(statement, rows[0])
    else:
        cursor.executemany(statement, rows)


def _copy(
    cursor: CursorWrapper,
    statement: str,
    columns: Sequence[_Field],
    rows: Sequence[Sequence[object]],
    constants: Sequence[object],
) -> None:
    """Store rows as PostgreSQL takes them fastest: as they stand, with nothing to put together or to parse twice."""
    others = [(at, field) for at, field in enumerate(columns) if not isinstance(field, _COPIED_AS_THEY_ARE)]
    database = connections[connection.alias]
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            values = [*row, *constants]
            for at, field in others:
                if not isinstance(values[at], JSONText):
                    values[at] = field.get_db_prep_save(values[at], database)
            copy.write_row(values)


# Many rows, told as one document where the database reads that to the bit


def _is_told_as_one(rows: Sequence[object]) -> bool:
    return connection.vendor == "postgresql" and len(rows) > 1


def _records(columns: Sequence[_Field]) -> str:
    """Return the table `new`, of the columns, that the database makes of a document."""
    quote = connection.ops.quote_name
    typed = ", ".join(f"{quote(str(field.column))} {field.db_type(connection)}" for field in columns)
    return f"jsonb_to_recordset(%s::jsonb) AS new({typed})"


def _document(columns: Sequence[_Field], rows: Sequence[Sequence[object]]) -> str:
    """Return rows as an array of objects. Numbers have all the digits that they need."""
    names, database = [field.column for field in columns], connections[connection.alias]
    told = [_tell(field, values, database) for field, values in zip(columns, zip(*rows, strict=True), strict=True)]
    return json.dumps([dict(zip(names, row, strict=True)) for row in zip(*told, strict=True)], default=_text)


def _tell(field: _Field, values: Sequence[Any], database: BaseDatabaseWrapper) -> Sequence[Any]:
    """Return a column as it stands in a document."""
    if not isinstance(field, _AS_THEY_ARE):
        values = [field.get_db_prep_save(value, database) for value in values]
    types = set(map(type, values))
    if types <= _IDENTIFIERS:
        return [value and value.hex for value in values]
    if types <= _INSTANTS or types <= _DAYS:
        return [value and value.isoformat() for value in values]
    return values


_PLAIN = (models.IntegerField, models.FloatField, models.CharField)
_AS_HANDED = {int, float, str, type(None)}
"""Of these types, what drivers are handed for such fields stays as it is."""
_TRUTHS, _IDENTIFIERS = {bool, type(None)}, {uuid.UUID, type(None)}
_INSTANTS, _DAYS = {datetime, type(None)}, {date, type(None)}
"""The types of the values of such fields, or of most."""
_AS_THEY_ARE = (
    *(models.JSONField, models.IntegerField, models.FloatField, models.BooleanField, models.CharField),
    *(models.DateField, models.UUIDField, models.ForeignKey),
)
"""What stands in a document as it is, or as `_text` writes it."""
_COPIED_AS_THEY_ARE = tuple(set(_AS_THEY_ARE) - {models.JSONField})


def _text(value: Any) -> Any:
    """Return what JSON has no type for as the database reads it."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, date):  # instants are dates, too
        return value.isoformat()
    return f"\\x{bytes(value.obj).hex()}"  # as the driver is handed bytes
