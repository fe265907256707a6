"""The largest table, partitioned by its students: what answering asks of it goes on, and finds one partition."""

from __future__ import annotations

import re
import sys
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests import servers
from tests.deployment.containers import Containers
from tests.deployment.test_archiving import ANSWERS

pytestmark = pytest.mark.slow
PARTITIONS = 4


def partition(server: psycopg.Connection[tuple[object, ...]], table: str) -> list[str]:
    """Put a table in partitions by `student_id`; return the constraints that had to go for it.

    What is unique has to hold the student, so the key becomes (student, id); who refers to the table by its id alone
    can no longer do so by a foreign key.
    """
    name, old = sql.Identifier(table), sql.Identifier(f"{table}_before")
    constraints = server.execute(
        "SELECT conrelid::regclass::text, conname, contype, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE confrelid = %(table)s::regclass OR (conrelid = %(table)s::regclass AND contype IN ('p', 'u'))",
        {"table": table},
    ).fetchall()
    changed = []
    for of, constraint, kind, definition in constraints:
        columns = re.findall(r"\((.+?)\)", str(definition))[0]
        if kind == "f" or "student_id" not in columns:
            changed.append(f"{of}: {definition}")
        server.execute(
            sql.SQL("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {} CASCADE").format(
                sql.Identifier(str(of)), sql.Identifier(str(constraint))
            )
        )
    server.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(name, old))
    server.execute(
        sql.SQL(
            "CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS INCLUDING IDENTITY) PARTITION BY HASH (student_id)"
        ).format(name, old)
    )
    for number in range(PARTITIONS):
        part = sql.Identifier(f"{table}_{number}")
        server.execute(
            sql.SQL("CREATE TABLE {} PARTITION OF {} FOR VALUES WITH (MODULUS {}, REMAINDER {})").format(
                part, name, sql.Literal(PARTITIONS), sql.Literal(number)
            )
        )
    server.execute(sql.SQL("INSERT INTO {} OVERRIDING SYSTEM VALUE SELECT * FROM {}").format(name, old))
    server.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY (student_id, id)").format(name))
    for _, _, kind, definition in constraints:
        if kind == "u" and "student_id" in str(definition):
            server.execute(sql.SQL("ALTER TABLE {} ADD {}").format(name, sql.SQL(str(definition))))
    server.execute(sql.SQL("DROP TABLE {}").format(old))
    return changed


def test_cards_can_be_partitioned_by_student(tmp_path: Path, studied: Path) -> None:
    with ExitStack() as stack:
        url = stack.enter_context(servers.postgresql_server(like=studied)).url
        services = Containers(stack, tmp_path, url, "redis://127.0.0.1:1/0")
        with psycopg.connect(url, autocommit=True) as server:
            changed = partition(server, "quizzes_card")
            assert any("PRIMARY KEY (id)" in each for each in changed)
            assert {each.partition(":")[0] for each in changed} >= {"quizzes_review", "quizzes_presentation"}
        program = f'{ANSWERS}answer(); call_command("rebuild_memory", check=True)'
        done = services.operate(sys.executable, "-c", program, DJANGO_SETTINGS_MODULE="examprep.settings")
        assert done.returncode == 0, done.stderr
        with psycopg.connect(url, autocommit=True) as server:
            ((answered,),) = server.execute("SELECT count(*) FROM quizzes_card WHERE reviews > 0")
            assert answered == 2
            plan = server.execute("EXPLAIN SELECT * FROM quizzes_card WHERE student_id = 1 AND due_at < now()")
            assert len(re.findall(r"on quizzes_card_\d", str(plan.fetchall()))) == 1
