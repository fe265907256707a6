"""What tests of the deployment share."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import courses, servers
from tests.deployment.containers import GIVEN, ROOT, Containers
from tests.faults.service import BARE


@pytest.fixture(scope="session")
def collected(shared_folder: Path) -> Path:
    """The static files as the image has them, made once for all processes in which tests run."""

    def collect(folder: Path) -> None:
        own = {**GIVEN, "EXAMPREP_PRODUCTION": "1", "STATIC_ROOT": str(folder), "DATA_DIR": str(shared_folder)}
        command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, env={**BARE, **own}, check=True)

    return courses.made_once(shared_folder / "collected", collect)


@pytest.fixture(scope="session")
def studied(shared_folder: Path) -> Path:
    """What PostgreSQL stores of the tiny course and its people, made once for all processes in which tests run.

    Skips where there is no PostgreSQL.
    """

    def study(folder: Path) -> None:
        with ExitStack() as stack:
            try:
                server = stack.enter_context(servers.postgresql_server())
            except servers.Missing as missing:
                pytest.skip(str(missing))
            Containers(stack, shared_folder, server.url, "redis://127.0.0.1:1/0").set_up()
            servers.copy_data(server, folder)

    return courses.made_once(shared_folder / "postgresql", study)


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
