"""A copy of the database, in the process of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from questions import replica


@contextmanager
def replica_at(name: str) -> Iterator[BaseDatabaseWrapper]:
    """Have the service find a copy of its database by this name; yields the connection to it."""
    connections.settings[replica.ALIAS] = {**connection.settings_dict, "NAME": name}
    link = connections[replica.ALIAS]

    def ensure_connection() -> None:
        if link.connection is None:
            with link.wrap_database_errors:
                link.connect()

    # Django's tests forbid databases that were not there when they began.
    link.ensure_connection = ensure_connection  # type: ignore[method-assign]
    replica._away_until = 0.0
    try:
        yield link
    finally:
        link.close()
        del connections[replica.ALIAS]
        del connections.settings[replica.ALIAS]
