"""A base backup and the archived write-ahead log give back any moment since, as docs/operations.md says."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from examprep.run.lifeline import Lifeline
from tests import servers
from tests.deployment.containers import ROOT, Containers

pytestmark = pytest.mark.slow
ANSWERS = """
import django; django.setup()
from django.core.management import call_command
from django.db import connection
from examprep.models import User
from quizzes import schedule
from tests.benchmarks.answers import right_answer
ada = User.objects.get(username="ada")
def answer():
    for asked in schedule.load_queue(ada, limit=2).presentations:
        schedule.answer(ada, right_answer(asked))
"""
TWICE = """
answer()
with connection.cursor() as cursor:
    cursor.execute("SELECT clock_timestamp()::text")
    print(cursor.fetchone()[0])
answer()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL may write to."""
    owner = servers.unprivileged()
    with tempfile.TemporaryDirectory(prefix="examprep-archive-") as name:
        for path in (Path(name), Path(name) / "archive"):
            path.mkdir(exist_ok=True)
            if owner:
                shutil.chown(path, owner["user"], owner["group"])
        shutil.copy(ROOT / "deploy/archive.sh", name)
        yield Path(name)


def test_a_moment_between_two_answers_comes_back(folder: Path, tmp_path: Path, studied: Path) -> None:
    archive = {"archive_mode": "on", "archive_command": f'sh {folder}/archive.sh "%p" {folder}/archive'}
    programs, owner = servers.postgresql_programs(), servers.unprivileged()
    with ExitStack() as stack:
        server = stack.enter_context(servers.postgresql_server(servers.FAST | archive, like=studied))
        services = Containers(stack, tmp_path, server.url, "redis://127.0.0.1:1/0")
        base: list[str | Path] = [
            programs / "pg_basebackup",
            "--dbname",
            server.url,
            "--pgdata",
            folder / "base",
            "--checkpoint=fast",
        ]
        subprocess.run(base, check=True, cwd=folder, **owner)
        done = services.operate(sys.executable, "-c", ANSWERS + TWICE, DJANGO_SETTINGS_MODULE="examprep.settings")
        assert done.returncode == 0, done.stderr
        moment = done.stdout.strip()
        with psycopg.connect(server.url, autocommit=True) as link:
            received = "SELECT event_id, received_at <= %s FROM quizzes_reviewevent"
            answered = link.execute(received, [moment]).fetchall()
            kept = {event for event, is_before in answered if is_before}
            assert len(answered) > len(kept) > 0
            link.execute("SELECT pg_switch_wal()")
            ((last,),) = link.execute("SELECT pg_walfile_name(pg_current_wal_lsn())")
        server.process.terminate()  # as it ends, it archives what is left
        server.process.wait(60)
        assert len(list((folder / "archive").iterdir())) >= 2, last

        (folder / "base/recovery.signal").touch()
        if owner:
            shutil.chown(folder / "base/recovery.signal", owner["user"], owner["group"])
        port = servers.free_port()
        restore = {"restore_command": f'cp {folder}/archive/%f "%p"', "recovery_target_time": moment}
        restore |= {"recovery_target_action": "promote", "archive_mode": "off", "port": str(port), "fsync": "off"}
        restore |= {"unix_socket_directories": str(folder), "listen_addresses": "127.0.0.1"}
        lifeline = stack.enter_context(Lifeline())
        command: list[str | Path] = [programs / "postgres", "-D", folder / "base"]
        command += [part for key, value in restore.items() for part in ("-c", f"{key}={value}")]
        with (folder / "log").open("wb") as log:
            process = lifeline.start(command, output=log, cwd=folder, **owner)
        restored = f"postgres://examprep@127.0.0.1:{port}/examprep"
        servers.until_it_works(lambda: writable(restored), psycopg.Error, process, folder / "log")
        with psycopg.connect(restored) as link:
            assert {event for (event,) in link.execute("SELECT event_id FROM quizzes_reviewevent")} == kept
        checked = services.operate("python", "manage.py", "rebuild_memory", "--check", DATABASE_URL=restored)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def writable(url: str) -> None:
    """Raises psycopg.Error while the server is still in recovery."""
    with psycopg.connect(url, connect_timeout=2) as link:
        link.execute("CREATE TEMPORARY TABLE written (a integer)")
