"""A web process waits for its database for a moment, then says when to come back."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import environ
import psycopg
import pytest
import pytest_django
from django.conf import settings
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.utils import ConnectionHandler

from examprep.patience import LOOK_AGAIN, TURNSTILE, limit_waiting
from tests import servers
from tests.faults.service import waited

LIMIT = 2.0  # seconds


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of an empty database on a real PostgreSQL; tests skip where there is none."""
    try:
        with servers.postgresql() as url:
            yield url
    except servers.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def database(server: str, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[BaseDatabaseWrapper]:
    """A connection as a web process makes it."""
    handler = ConnectionHandler({"default": environ.Env.db_url_config(server)})
    limit_waiting(handler)
    database = handler["default"]
    try:
        with django_db_blocker.unblock():
            yield database
    finally:
        database.close()
        connection_created.disconnect(dispatch_uid="patience")


@contextmanager
def fails_soon(limit: float = LIMIT) -> Iterator[None]:
    begun = waited()
    with pytest.raises(OperationalError):
        yield
    assert waited() - begun < limit


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def ask(database: BaseDatabaseWrapper, question: str = "SELECT 7") -> object:
    with database.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def test_a_statement_that_takes_long_fails_and_the_connection_stays(database: BaseDatabaseWrapper) -> None:
    with fails_soon():
        ask(database, "SELECT pg_sleep(60)")
    assert ask(database) == 7


def test_a_lock_that_somebody_holds_fails(database: BaseDatabaseWrapper, server: str) -> None:
    with psycopg.connect(server) as other:
        other.execute("CREATE TABLE IF NOT EXISTS things (id integer)")
        other.commit()
        other.execute("LOCK TABLE things")
        with fails_soon():
            ask(database, "SELECT count(*) FROM things")
    assert ask(database, "SELECT count(*) FROM things") == 0


def test_a_server_that_hangs_is_hung_up_on(database: BaseDatabaseWrapper) -> None:
    backend = ask(database, "SELECT pg_backend_pid()")
    assert isinstance(backend, int)
    with stopped(backend):
        with fails_soon():
            ask(database)
        database.close_if_unusable_or_obsolete()
        assert ask(database) == 7, "another connection works"


def test_a_server_that_takes_no_connection_is_given_up(database: BaseDatabaseWrapper) -> None:
    folder = Path(str(ask(database, "SHOW data_directory")))
    database.close()
    with stopped(int((folder / "postmaster.pid").read_text().splitlines()[0])), fails_soon(LIMIT + 1):
        ask(database)
    assert ask(database) == 7


@pytest.fixture
def file(tmp_path: Path, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[BaseDatabaseWrapper]:
    """A connection to an SQLite database as a web process makes it."""
    engine = "django.db.backends.sqlite3"
    options = {"transaction_mode": "IMMEDIATE"}
    handler = ConnectionHandler({"default": {"ENGINE": engine, "NAME": tmp_path / "file", "OPTIONS": options}})
    limit_waiting(handler)
    database = handler["default"]
    try:
        with django_db_blocker.unblock():
            database.ensure_connection()
            yield database
    finally:
        database.close()
        connection_created.disconnect(dispatch_uid="patience")


def begin(database: BaseDatabaseWrapper) -> None:
    """Begin a transaction, and end it."""
    database.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    database.rollback()
    database.set_autocommit(True)


def test_sqlite_that_another_process_has_locked_fails_soon(file: BaseDatabaseWrapper) -> None:
    with closing(sqlite3.connect(file.settings_dict["NAME"])) as other:
        other.execute("BEGIN EXCLUSIVE")
        with fails_soon():
            begin(file)
    begin(file)
    assert ask(file, "PRAGMA busy_timeout") == settings.DATABASE_WAIT * 1000


def test_who_waits_for_sqlite_looks_again_and_again_as_often(
    file: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    with closing(sqlite3.connect(file.settings_dict["NAME"])) as other:

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            if len(slept) == 30:
                other.rollback()

        monkeypatch.setattr("examprep.patience.time.sleep", sleep)
        other.execute("BEGIN IMMEDIATE")
        begin(file)
    assert slept == [LOOK_AGAIN] * 30
    assert ask(file, "PRAGMA busy_timeout") == settings.DATABASE_WAIT * 1000


def test_threads_wait_for_sqlite_one_after_the_other_and_not_for_ever(file: BaseDatabaseWrapper) -> None:
    with TURNSTILE, fails_soon():
        begin(file)
    begin(file)
    assert not TURNSTILE.locked()


def test_the_limits_are_those_of_web_processes_alone() -> None:
    options = connections.settings["default"]["OPTIONS"]
    assert options.get("timeout") == 20 or "options" not in options
    handler = ConnectionHandler({"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "x"}})
    limit_waiting(handler)
    connection_created.disconnect(dispatch_uid="patience")
    assert handler.settings["default"]["OPTIONS"]["timeout"] == settings.DATABASE_WAIT
