"""Tables that are made at once on an empty PostgreSQL are those that its migrations make, one after another."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests import servers, tables
from tests.deployment.containers import Containers

pytestmark = pytest.mark.slow
STEP_BY_STEP = """
import gc; gc.disable()  # it is a quarter of the time
import django; django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
executor = MigrationExecutor(connection)
executor.migrate(executor.loader.graph.leaf_nodes())
"""


def test_tables_made_at_once_are_those_that_migrations_make(tmp_path: Path, studied: Path) -> None:
    with ExitStack() as stack:
        url = stack.enter_context(servers.postgresql_server(like=studied)).url
        with psycopg.connect(url, autocommit=True) as server:
            server.execute("CREATE DATABASE steps")
        steps = f"{url.rpartition('/')[0]}/steps"
        services = Containers(stack, tmp_path, steps, "redis://127.0.0.1:1/0")
        done = services.operate(sys.executable, "-c", STEP_BY_STEP, DJANGO_SETTINGS_MODULE="examprep.settings")
        assert done.returncode == 0, done.stderr
        assert tables.read_schema(url) == tables.read_schema(steps)
