"""Reads that may be some seconds old: from a copy of the database, where there is one.

PostgreSQL sends all that it stores to a standby (docs/operations.md). Staff who look at a whole course read that, so
that their long queries take nothing from those who answer. Only what is handed to `read` or `begin` does so: nothing
reads the copy by accident, and what must find what was just stored never does. Where the copy does not answer, the
database itself is read.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import chain
from typing import ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connections
from django.db.models import Model
from prometheus_client import Counter

P = ParamSpec("P")
T = TypeVar("T")

ALIAS = "replica"
RESPITE = 10.0
"""Seconds for which a copy that did not answer is not asked again."""
CATCHING_UP = (0.05, 0.1)
"""Seconds for which a copy that is behind is given time to get what was stored just now."""
GIVEN_UP = "57014"
"""PostgreSQL's code for a statement that took too long: it would take as long elsewhere."""
ERRORS = Counter("examprep_replica_errors", "Reads that the database had to answer, since its copy did not.")

logger = logging.getLogger(__name__)
_from_the_copy = ContextVar("from_the_copy", default=False)
_has_to_be_fresh = ContextVar("has_to_be_fresh", default=False)
_away_until = 0.0


class Router:
    """Sends the reads of `read` to the copy, and everything else to the database itself, whatever it began with."""

    def db_for_read(self, model: type[Model], **hints: object) -> str:
        """Where to read a model."""
        return ALIAS if _from_the_copy.get() else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[Model], **hints: object) -> str:
        """Where to store it."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Model, other: Model, **hints: object) -> bool:
        """Both are rows of one database."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        """The copy gets its tables with their rows."""
        return db == DEFAULT_DB_ALIAS


def is_there() -> bool:
    """Whether this service has a copy."""
    return ALIAS in connections.settings


@contextmanager
def fresh(*, needed: bool = True) -> Iterator[None]:
    """Have the database itself read by all that is within, if that is `needed`."""
    before = _has_to_be_fresh.set(needed or _has_to_be_fresh.get())
    try:
        yield
    finally:
        _has_to_be_fresh.reset(before)


def read(load: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `load` returns, which may be as old as the copy.

    It has to have read all when it returns, and to change nothing: where the copy does not answer, it is called again.
    """
    if not is_there() or _has_to_be_fresh.get() or time.monotonic() < _away_until:
        return load(*args, **kwargs)
    before = _from_the_copy.set(True)
    try:
        return load(*args, **kwargs)
    except (DatabaseError, InterfaceError) as error:
        if getattr(error.__cause__, "sqlstate", None) == GIVEN_UP:
            raise
        ERRORS.inc()
        _leave_alone(error)
    finally:
        _from_the_copy.reset(before)
    return load(*args, **kwargs)


def begin(rows: Callable[[], Iterator[T]]) -> Iterator[T]:
    """Return the rows of a single query, which is asked now and read as they are taken. They may be as old as the copy.

    `rows` is called again where the copy does not answer.
    """

    def ask() -> tuple[list[T], Iterator[T]]:
        begun = rows()
        return [first for first in (next(begun, None),) if first is not None], begun

    return chain(*read(ask))


def _leave_alone(error: Exception) -> None:
    """Ask a copy that does not answer no more for a while; one that has not got a column yet does answer."""
    global _away_until  # noqa: PLW0603 - of this process
    logger.warning("the database is read, since its copy does not answer: %s", error)
    if isinstance(error, OperationalError | InterfaceError):
        _away_until = time.monotonic() + RESPITE
        connections[ALIAS].close()


def measure_lag() -> float | None:
    """Return by how many seconds the copy is behind; None where it does not answer. Raises DatabaseError.

    Zero is a copy that has all that was stored until now; one that has not is as old as the last transaction in it.
    """
    if connections[DEFAULT_DB_ALIAS].vendor != "postgresql":
        return 0.0
    ((stored,),) = _ask(DEFAULT_DB_ALIAS, "SELECT pg_current_wal_lsn()::text")
    try:
        for pause in (*CATCHING_UP, 0.0):
            ((lag,),) = _ask(ALIAS, LAG, stored)
            if lag == 0:
                break
            time.sleep(pause)
    except (DatabaseError, InterfaceError) as error:
        _leave_alone(error)
        return None
    return float(lag)


LAG = """
SELECT CASE WHEN NOT pg_is_in_recovery() OR pg_last_wal_replay_lsn() >= %s::pg_lsn THEN 0
ELSE extract(epoch FROM clock_timestamp() - coalesce(pg_last_xact_replay_timestamp(), pg_postmaster_start_time())) END
"""


def _ask(alias: str, question: str, *parameters: str | float) -> list[tuple[str | float, ...]]:
    with connections[alias].cursor() as cursor:
        cursor.execute(question, parameters)
        rows: list[tuple[str | float, ...]] = cursor.fetchall()
        return rows
