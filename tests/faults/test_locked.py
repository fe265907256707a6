"""A database that somebody else has locked is waited for a moment; then a request says when to come back."""

from __future__ import annotations

import sqlite3
import urllib.error
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.service import Service, log_in


@pytest.mark.slow
def test_a_locked_sqlite_is_503_before_anybody_gives_up(data: Path) -> None:
    with Service(data) as service:
        url = service.ready()
        with closing(sqlite3.connect(data / "db.sqlite3", timeout=30)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(urllib.error.HTTPError) as refused:
                log_in(url)
            assert refused.value.code == 503
            assert refused.value.headers["Retry-After"]
            assert refused.value.headers["Content-Type"] == "application/problem+json"
        log_in(url)
