"""What tests of the deployment share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import courses, servers
from tests.deployment.containers import GIVEN, ROOT, Containers


@pytest.fixture(scope="session")
def collected(shared_folder: Path) -> Path:
    """The static files as the image has them, made once for all processes in which tests run."""
    folder = shared_folder / "collected"
    with courses.locked(folder):
        if not folder.exists():
            own = {**GIVEN, "EXAMPREP_PRODUCTION": "1", "STATIC_ROOT": str(folder), "DATA_DIR": str(shared_folder)}
            command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
            subprocess.run(command, cwd=ROOT, env={"PATH": os.environ["PATH"], **own}, check=True)
    return folder


@pytest.fixture(scope="session")
def studied(shared_folder: Path) -> Path:
    """What PostgreSQL stores of the tiny course and its people, made once for all processes in which tests run.

    Skips where there is no PostgreSQL.
    """
    folder = shared_folder / "postgresql"
    with courses.locked(folder), ExitStack() as stack:
        if not folder.exists():
            try:
                server = stack.enter_context(servers.postgresql_server())
            except servers.Missing as missing:
                pytest.skip(str(missing))
            Containers(stack, shared_folder, server.url, "redis://127.0.0.1:1/0").set_up()
            servers.copy_data(server, folder)
    return folder


@pytest.fixture
def containers(tmp_path: Path, collected: Path, studied: Path) -> Iterator[Containers]:
    """The services on servers of their own, behind PgBouncer; skips where this machine lacks one."""
    with ExitStack() as stack:
        try:
            database = stack.enter_context(servers.postgresql_server(like=studied)).url
            pool = stack.enter_context(servers.pgbouncer(database))
            broker = stack.enter_context(servers.redis_server())
        except servers.Missing as missing:
            pytest.skip(str(missing))
        made = Containers(stack, tmp_path, database, broker, pool)
        made.environment |= {"STATIC_ROOT": str(collected), "HTTPS": "true", "THROTTLE": "6000/min"}
        yield made
