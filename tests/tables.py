"""Tables for tests: made at once as the models have them, since all migrations take ten times as long.

That migrations make the same tables is shown where a service starts on an empty database: by `make run` on SQLite
(tests/faults/test_make_run.py), and by what compose runs on PostgreSQL
(tests/deployment/test_working_together.py).
"""

from __future__ import annotations

import sqlite3
from importlib import import_module
from pathlib import Path

import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings

OF_POSTGRESQL = """
SELECT concat_ws(' ', relname, attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
                 pg_get_expr(adbin, adrelid))
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
AND NOT (relname = 'auth_group_permissions' AND attname = 'id') -- Django's, which its migration makes longer
UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
"""


def make_tables() -> None:
    """Make the tables of an empty database, and note all migrations as done."""
    with override_settings(MIGRATION_MODULES={app.label: None for app in apps.get_app_configs()}):
        call_command("migrate", run_syncdb=True, verbosity=0)
    add_what_no_model_says()
    recorder = MigrationRecorder(connection)
    for app, name in MigrationLoader(connection).disk_migrations:
        recorder.record_applied(app, name)


def add_what_no_model_says() -> None:
    """Add what migrations alone make: the indexes of words on PostgreSQL."""
    with connection.schema_editor() as editor:
        import_module("questions.migrations.0002_search_indexes").add(apps, editor)


def read_schema(database: Path | str) -> set[str]:
    """All columns, constraints and indexes of an SQLite file, or of a PostgreSQL at an address; their order aside."""
    if isinstance(database, str):
        with psycopg.connect(database) as server:
            return {line for (line,) in server.execute(OF_POSTGRESQL)}
    with sqlite3.connect(database) as file:
        rows = file.execute(
            "SELECT type, sql FROM sqlite_master WHERE sql != '' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
    return {part for kind, sql in rows for part in (_columns(sql) if kind == "table" else [sql])}


def _columns(sql: str) -> list[str]:
    """Each column and constraint of a CREATE TABLE, behind the table's name."""
    table, _, inner = sql.rpartition(")")[0].partition("(")
    parts, depth = [""], 0
    for sign in inner:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return [f"{table.strip()} {part.strip()}" for part in parts]
