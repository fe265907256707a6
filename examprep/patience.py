"""How long a web process waits for its database: a request that cannot be served soon is told when to come back.

Workers and commands wait longer: nobody looks at them, and they may have much to do.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import psycopg
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

if TYPE_CHECKING:
    from django.db.utils import ConnectionHandler
    from psycopg.abc import RV, PQGen

MARGIN = 0.3
"""Seconds that the answer of a server which gave up has for its way."""


def limit_waiting(databases: ConnectionHandler = connections) -> None:
    """Let this process wait no longer than DATABASE_WAIT for a lock, a statement, or a server that is silent."""
    database = databases.settings["default"]
    options = database.setdefault("OPTIONS", {})
    if database["ENGINE"] == "django.db.backends.sqlite3":
        options["timeout"] = settings.DATABASE_WAIT
        return
    limit = round(settings.DATABASE_WAIT * 1000)
    given = f"{options.get('options', '')} -c statement_timeout={limit} -c lock_timeout={limit}"
    options.setdefault("connect_timeout", 2)  # the least that libpq knows
    options["options"] = given.strip()
    connection_created.connect(_watch, dispatch_uid="patience")


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
