"""Queries that are put together once, for what is asked with every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models import Expression, Field, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql import Query, UpdateQuery

Row = TypeVar("Row")


class Parameter(Expression):
    """A value of a prepared query, which is told when it runs; with `many` any number of values, for `__in`."""

    def __init__(self, name: str, field: Field[Any, Any], *, many: bool = False) -> None:
        super().__init__(output_field=field)
        self.name, self.many = name, many
        self.mark = f"%s/*{name}*/" if many else "%s"

    def as_sql(self, compiler: object, connection: object) -> tuple[str, list[Parameter]]:  # type: ignore[override]
        return self.mark, [self]

    def prepare(self, value: Any) -> list[object]:
        """Return what the driver is handed for a value."""
        values = value if self.many else [value]
        return [self.output_field.get_db_prep_value(each, connection) for each in values]


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
        handed: list[Any] = []
        for parameter in parameters:
            if not isinstance(parameter, Parameter):
                handed.append(parameter)
                continue
            prepared = parameter.prepare(values[parameter.name])
            handed += prepared
            if parameter.many:
                sql = sql.replace(parameter.mark, ", ".join(["%s"] * len(prepared)) or "NULL")
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
        model, columns = compiler.klass_info["model"], compiler.klass_info["select_fields"]
        begin, end = columns[0], columns[-1] + 1
        names = [column[0].target.attname for column in compiler.select[begin:end]]
        # The stubs are of a later Django.
        relations = get_related_populators(  # type: ignore[call-arg]
            compiler.klass_info, compiler.select, connection.alias
        )
        for row in rows:
            instance = model.from_db(connection.alias, names, row[begin:end])
            for relation in relations:
                relation.populate(row, instance)
            for name, at in compiler.annotation_col_map.items():
                setattr(instance, name, row[at])
            yield instance


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
