"""The tables of an empty database come all at once, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from pytest_django.plugin import DjangoDbBlocker

from examprep.first_tables import make_tables


@pytest.fixture
def empty(tmp_path: Path, settings: Any, django_db_blocker: DjangoDbBlocker) -> Iterator[BaseDatabaseWrapper]:
    """An empty SQLite database."""
    settings.DATABASE_ROUTERS = []  # ours has tables made in the first database alone
    connections.databases["empty"] = {
        **connections.databases["default"],
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": tmp_path / "db.sqlite3",
        "OPTIONS": {},
    }
    with django_db_blocker.unblock():
        yield connections["empty"]
        connections["empty"].close()
    del connections["empty"]
    del connections.databases["empty"]


def test_what_breaks_off_leaves_an_empty_database_and_what_is_there_is_left_alone(empty: BaseDatabaseWrapper) -> None:
    inserted = 0

    def break_off(execute: Callable[..., object], sql: str, *more: Any) -> object:
        nonlocal inserted
        if sql.startswith("INSERT"):
            inserted += 1
            if inserted == 100:
                raise OSError("the disk is full")
        return execute(sql, *more)

    with empty.execute_wrapper(break_off), pytest.raises(OSError, match="the disk is full"):
        make_tables(MigrationExecutor(empty))
    assert empty.introspection.table_names() == []

    assert make_tables(MigrationExecutor(empty))
    executor, tables = MigrationExecutor(empty), empty.introspection.table_names()
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    assert {"examprep_user", "questions_item", "quizzes_card"} <= set(tables)
    assert not make_tables(executor)
    assert empty.introspection.table_names() == tables
