"""A collection of Anki as a database: an SQLite file of others, opened read-only and asked with bounds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

SEPARATOR = "\x1f"
"""What stands between the fields of a note."""
MAX_VALUE = 2**24
"""Bytes of one value in a row, such as all fields of a note."""
STEPS = 100_000
"""SQLite is looked at after so many of its steps."""


@contextmanager
def open_collection(path: Path, most_steps: int) -> Iterator[sqlite3.Connection]:
    """Open the collection at `path`, which nothing changes, for queries of `most_steps` steps of SQLite in all.

    What its schema holds is run by no query: see `has_table`. Queries raise sqlite3.Error for what is damaged, too
    long, or takes too many steps.
    """
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
        database.execute("PRAGMA trusted_schema = OFF")
        looks = count(1)
        database.set_progress_handler(lambda: next(looks) * STEPS > most_steps, STEPS)
        database.create_collation("unicase", lambda one, other: (one > other) - (one < other))
        database.text_factory = lambda text: text.decode(errors="replace")
        yield database


def has_table(database: sqlite3.Connection, table: str) -> bool:
    """Whether there is a plain table of this name, as Anki makes it: a view in its place could compute for ever."""
    row = database.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone()
    return row is not None and str(row[0]).upper().startswith("CREATE TABLE")
