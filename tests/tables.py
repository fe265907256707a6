"""What tables a database has: two that were made in different ways are compared."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg

OF_POSTGRESQL = """
SELECT concat_ws(' ', relname, attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
                 pg_get_expr(adbin, adrelid))
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
"""


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
