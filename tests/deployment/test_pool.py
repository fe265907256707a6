"""PgBouncer as it is deployed, before a database that goes away and comes back."""

import psycopg
import pytest

from tests import servers
from tests.faults.service import until

SOON = 6.0
"""Seconds: PgBouncer's own pause after a failed login is fifteen."""


def test_a_database_that_was_away_is_asked_again_within_seconds() -> None:
    try:
        with (
            servers.postgresql() as url,
            servers.pgbouncer(url) as pool,
            psycopg.connect(url, autocommit=True) as staff,
        ):
            away = f"{pool.rpartition('/')[0]}/away"

            def answers() -> bool:
                try:
                    psycopg.connect(away, connect_timeout=4).close()
                except psycopg.OperationalError:
                    return False
                return True

            staff.execute("CREATE DATABASE away ALLOW_CONNECTIONS false")  # it refuses, as while it recovers
            assert not answers()
            staff.execute("ALTER DATABASE away ALLOW_CONNECTIONS true")
            until(answers, lambda: "the pool does not ask again", SOON)
    except servers.Missing as missing:
        pytest.skip(str(missing))
