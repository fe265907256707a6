"""How long a web process waits for its database: a request that cannot be served soon is told when to come back.

Workers and commands wait longer: nobody looks at them, and they may have much to do.
"""

from __future__ import annotations

import sqlite3
import time
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

import psycopg
from django.conf import settings
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite

if TYPE_CHECKING:
    from django.db.utils import ConnectionHandler
    from psycopg.abc import RV, PQGen

TURNSTILE = Lock()
"""Held by the thread whose turn it is to wait for SQLite's lock."""
LOOK_AGAIN = 0.002
"""Seconds after which whoever waits for SQLite's lock looks again. SQLite by itself looks ever more seldom, down to ten
times a second: those who came last would go first, and the lock would often be free while all sleep."""
MARGIN = 0.3
"""Seconds that the answer of a server which gave up has for its way."""


def limit_waiting(databases: ConnectionHandler = connections) -> None:
    """Let this process wait no longer than DATABASE_WAIT for a lock, a statement, or a server that is silent."""
    database = databases.settings["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database.setdefault("OPTIONS", {})["timeout"] = settings.DATABASE_WAIT
        connection_created.connect(_queue, dispatch_uid="patience")
        return
    connection_created.connect(_watch, dispatch_uid="patience")
    if settings.DATABASE_POOLED:
        return  # the pool sets such limits for the connections that it lends to the web, see docs/operations.md
    limit = round(settings.DATABASE_WAIT * 1000)
    for alias in databases:  # a copy of the database too
        options = databases.settings[alias].setdefault("OPTIONS", {})
        given = f"{options.get('options', '')} -c statement_timeout={limit} -c lock_timeout={limit}"
        options.setdefault("connect_timeout", 2)  # the least that libpq knows
        options["options"] = given.strip()


def _queue(sender: object, connection: BaseDatabaseWrapper, **_: object) -> None:
    """Have the threads of this process begin their transactions on SQLite one after the other."""
    if isinstance(connection, SQLite):
        # The method is Django's own door for `BEGIN IMMEDIATE`.
        connection._start_transaction_under_autocommit = partial(_begin, connection)  # type: ignore[attr-defined]


def _begin(connection: SQLite) -> None:
    """Begin a transaction when it is this thread's turn. Raises OperationalError after DATABASE_WAIT."""
    deadline = time.monotonic() + settings.DATABASE_WAIT
    if not TURNSTILE.acquire(timeout=settings.DATABASE_WAIT):
        raise OperationalError("database is locked")
    try:
        link = connection.connection
        link.execute("PRAGMA busy_timeout = 0")
        try:
            _look_until(connection, deadline)
        finally:
            link.execute(f"PRAGMA busy_timeout = {round(settings.DATABASE_WAIT * 1000)}")
    finally:
        TURNSTILE.release()


def _look_until(connection: SQLite, deadline: float) -> None:
    """Begin a transaction as soon as SQLite's lock is free. Raises OperationalError at the deadline."""
    while True:
        try:
            SQLite._start_transaction_under_autocommit(connection)  # type: ignore[attr-defined]
        except OperationalError as error:
            if getattr(error.__cause__, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(LOOK_AGAIN)
        else:
            return


def _watch(sender: object, connection: BaseDatabaseWrapper, **_: object) -> None:
    """Have a connection to PostgreSQL wait by a clock of our own: a server that hangs does not tell the time."""
    if connection.vendor == "postgresql":
        link = connection.connection
        link.wait = partial(_wait, link)


def _wait(link: psycopg.Connection[object], work: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
    """Wait as psycopg does, and hang up on a server that stays silent. Raises psycopg.OperationalError."""
    try:
        limit = settings.DATABASE_WAIT + MARGIN
        return psycopg.Connection.wait(link, work, interval, limit if timeout is None else timeout)
    except psycopg.OperationalError:
        if link.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
            link.pgconn.finish()  # its answer may come at any time: nothing else can be asked there
        raise
