"""Queries that are put together once, for what is asked with every answer."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, QuerySet
from django.db.models.base import ModelState
from django.db.models.query import get_related_populators
from django.db.models.sql import Query, UpdateQuery

Row = TypeVar("Row")

FEW = 8
"""Up to so many values SQLite is told one by one: it takes any list that it cannot count for longer than an index's."""


class Parameter(Expression):
    """A value of a prepared query, which is told when it runs; with `many` any number of values, for `__in`.

    Many are told as one text: the statement stays the same, and nothing is prepared for each of them.
    """

    def __init__(self, name: str, field: Field[Any, Any], *, many: bool = False) -> None:
        super().__init__(output_field=field)
        self.name, self.many = name, many
        self.mark = f"%s/*{name}*/" if many else "%s"

    def as_sql(self, compiler: object, connection: object) -> tuple[str, list[Parameter]]:  # type: ignore[override]
        return self.mark, [self]

    def tell(self, sql: str, value: Any, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """Return the statement for a value, and what the driver is handed for it."""
        if not self.many:
            return sql, [self.output_field.get_db_prep_value(value, connection)]
        values = list(value)
        if isinstance(self.output_field, models.UUIDField):
            values = [each.hex if isinstance(each, uuid.UUID) else each.replace("-", "") for each in values]
        if connection.vendor == "postgresql":
            sql = sql.replace(f"IN ({self.mark})", f"= ANY (%s::{self.output_field.db_type(connection)}[])")
            may_need_quotes = isinstance(self.output_field, models.CharField)
            return sql, [values if may_need_quotes else f"{{{','.join(map(str, values))}}}"]
        if 0 < len(values) <= FEW:
            return sql.replace(self.mark, ", ".join(["%s"] * len(values))), values
        return sql.replace(self.mark, "SELECT value FROM json_each(%s)"), [json.dumps(values)]


def number(name: str, *, many: bool = False) -> Parameter:
    """Return a parameter that is a whole number, such as the key of a student or an item."""
    return Parameter(name, models.BigIntegerField(), many=many)


def identifier(name: str, *, many: bool = False) -> Parameter:
    """Return a parameter that is a UUID."""
    return Parameter(name, models.UUIDField(), many=many)


class Prepared(Generic[Row]):
    """A query of models, or of a list of values, whose statement is put together once a process.

    For what runs with every answer: Django takes ten times as long to put a statement together as SQLite takes to run
    it. `build` makes the query, with a Parameter wherever a value is told later. It prefetches nothing.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Row]]) -> None:
        self._build = build

    def run(self, **values: object) -> list[Row]:
        """Return the rows for these values of its parameters."""
        with connection.cursor() as cursor:
            cursor.execute(*self._fill(values))
            return list(self._read(cursor.fetchall()))

    def _fill(self, values: Mapping[str, object]) -> tuple[str, list[Any]]:
        """Return the statement for these values, and what the driver is handed."""
        sql, parameters, _ = self._statement
        database = connections[connection.alias]  # itself: what stands before it looks for it each time
        handed: list[Any] = []
        for parameter in parameters:
            if isinstance(parameter, Parameter):
                sql, told = parameter.tell(sql, values[parameter.name], database)
                handed += told
            else:
                handed.append(parameter)
        return sql, handed

    @cached_property
    def _statement(self) -> tuple[str, Sequence[object], Any]:
        compiler = self._query().get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        return sql, parameters, compiler

    def _query(self) -> Query:
        return self._build().query

    @cached_property
    def _converters(self) -> dict[int, Any]:
        _, _, compiler = self._statement
        converters: dict[int, Any] = compiler.get_converters([column[0] for column in compiler.select])
        return converters

    def _read(self, rows: Iterable[Sequence[object]]) -> Iterator[Any]:
        """Return rows as Django would: models with their relations and annotations, or tuples."""
        _, _, compiler = self._statement
        if self._converters:
            rows = compiler.apply_converters(rows, self._converters)
        if compiler.query.values_select or compiler.klass_info is None:
            yield from map(tuple, rows)
            return
        model, names, relations = self._models
        alias, begin = connection.alias, compiler.klass_info["select_fields"][0]
        end = begin + len(names)
        for row in rows:
            instance = _make(model, alias, names, row[begin:end])
            for relation in relations:
                relation.populate(row, instance)
            for name, at in compiler.annotation_col_map.items():
                setattr(instance, name, row[at])
            yield instance

    @cached_property
    def _models(self) -> tuple[Any, list[str], list[Any]]:
        """The model of the rows, the names of its columns, and what makes the rows that belong to it."""
        _, _, compiler = self._statement
        columns = compiler.klass_info["select_fields"]
        names = [column[0].target.attname for column in compiler.select[columns[0] : columns[-1] + 1]]
        # The stubs are of a later Django.
        relations = get_related_populators(  # type: ignore[call-arg]
            compiler.klass_info, compiler.select, connection.alias
        )
        return compiler.klass_info["model"], names, relations


def _make(model: Any, alias: str, names: Sequence[str], values: Sequence[object]) -> Any:
    """Return a stored row as its model's `from_db` does, which sets each field by itself and tells listeners.

    There are none. What was not selected is loaded when it is asked for.
    """
    row = model.__new__(model)
    vars(row).update(zip(names, values, strict=True))
    row._state = ModelState()
    row._state.adding, row._state.db = False, alias
    return row


class PreparedUpdate(Prepared[Any]):
    """An update of the rows of a query, put together once a process; `changes` are parameters too, or constants."""

    def __init__(self, build: Callable[[], QuerySet[Any]], changes: dict[str, object]) -> None:
        super().__init__(build)
        self._changes = changes

    def update(self, **values: object) -> int:
        """Update the rows for these values of its parameters; return how many there were."""
        with connection.cursor() as cursor:
            cursor.execute(*self._fill(values))
            rows: int = cursor.rowcount
            return rows

    def _query(self) -> Query:
        query = super()._query().chain(UpdateQuery)
        assert isinstance(query, UpdateQuery)
        query.add_update_values(self._changes)
        return query
