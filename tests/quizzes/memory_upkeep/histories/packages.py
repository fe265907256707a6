"""Anki packages of our own making: small collections, packed in each of the ways that Anki has."""

from __future__ import annotations

import sqlite3
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import zstandard

LEARN, REVIEW, RELEARN, FILTERED, MANUAL, RESCHEDULED = range(6)
SCHEMA = """
    CREATE TABLE notes (id integer PRIMARY KEY, guid text NOT NULL, tags text NOT NULL, flds text NOT NULL);
    CREATE TABLE cards (id integer PRIMARY KEY, nid integer NOT NULL, ord integer NOT NULL);
    CREATE TABLE revlog (
        id integer PRIMARY KEY, cid integer NOT NULL, usn integer NOT NULL, ease integer NOT NULL,
        ivl integer NOT NULL, lastIvl integer NOT NULL, factor integer NOT NULL, time integer NOT NULL,
        type integer NOT NULL
    );
"""


@dataclass(frozen=True)
class Row:
    """A row of the review log; `card` is a place in the list of all cards, in the order of their notes."""

    card: int
    at: datetime
    ease: int = 3
    milliseconds: int = 8_000
    type: int = REVIEW
    factor: int = 2500


@dataclass(frozen=True)
class NoteRow:
    """A note with its number of cards."""

    fields: Sequence[str]
    tags: str = ""
    guid: str = "x:Y|z"
    cards: int = 1


def collection(notes: Sequence[NoteRow], rows: Sequence[Row], *, also: str = "") -> bytes:
    """A SQLite collection; `also` is SQL to run at its end."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "collection"
        with closing(sqlite3.connect(path)) as database:
            database.executescript(SCHEMA)
            card = 0
            for number, note in enumerate(notes, start=1):
                stored = (number, note.guid, f" {note.tags} ", "\x1f".join(note.fields))
                database.execute("INSERT INTO notes VALUES (?, ?, ?, ?)", stored)
                for place in range(note.cards):
                    database.execute("INSERT INTO cards VALUES (?, ?, ?)", (1000 + card, number, place))
                    card += 1
            for row in rows:
                at = (row.at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
                values = (round(at * 1000), 1000 + row.card, -1, row.ease, 3, 1, row.factor, row.milliseconds, row.type)
                database.execute("INSERT INTO revlog VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
            database.executescript(also)
            database.commit()
        return path.read_bytes()


STUB = collection([NoteRow(["Please update to the latest Anki version."])], [])


def latest(data: bytes) -> dict[str, bytes]:
    """As Anki packs since 23.10."""
    return {"meta": b"\x08\x03", "collection.anki21b": zstandard.compress(data), "collection.anki2": STUB}


def legacy(data: bytes) -> dict[str, bytes]:
    """For older programs, by a newer one."""
    return {"meta": b"\x08\x02", "collection.anki21": data, "collection.anki2": STUB}


def legacy_without_meta(data: bytes) -> dict[str, bytes]:
    """As Anki 2.1 packed."""
    return {"collection.anki21": data, "collection.anki2": STUB, "media": b"{}"}


def oldest(data: bytes) -> dict[str, bytes]:
    """As Anki 2.0 packed, and as other programs do."""
    return {"collection.anki2": data, "media": b"{}"}


PACKINGS = [latest, legacy, legacy_without_meta, oldest]


def pack(path: Path, members: dict[str, bytes]) -> Path:
    """Write the package."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return path
