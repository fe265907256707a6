"""What is in a collection of Anki: an SQLite file of others, opened read-only and asked with bounds."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from questions.interchange.anki.databases import SEPARATOR, has_table, open_collection
from questions.interchange.anki.messages import MessageError, read_fields

MOST_STEPS = 50_000_000
"""Of SQLite."""
CLOZE = 1


class CollectionError(ValueError):
    """A collection that cannot be read, and why."""


@dataclass(frozen=True)
class Template:
    """A kind of card: the HTML of its two sides, with names of fields in double braces."""

    front: str
    back: str


@dataclass(frozen=True)
class NoteType:
    """The fields of its notes, and the cards that are made of each."""

    name: str
    fields: list[str]
    templates: list[Template]
    is_cloze: bool


@dataclass(frozen=True)
class Note:
    """A note: what its fields hold, and which cards there are of it."""

    guid: str
    type: NoteType
    fields: dict[str, str]
    tags: tuple[str, ...]
    deck: str
    cards: list[int] = field(default_factory=list)


def read_notes(content: bytes) -> Iterator[Note]:
    """The notes of a collection of schema 11 or 18. Raises CollectionError."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "collection")
        path.write_bytes(content)
        try:
            with open_collection(path, MOST_STEPS) as database:
                yield from _notes(database)
        except (sqlite3.Error, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
            if isinstance(error, CollectionError):
                raise
            raise CollectionError(f"The collection is damaged: {error}. Let Anki check its database.") from None


def _notes(database: sqlite3.Connection) -> Iterator[Note]:
    if not all(has_table(database, table) for table in ("notes", "cards", "col")):
        raise CollectionError("It is no collection of Anki: it has no notes.")
    is_new = has_table(database, "notetypes")
    types = _new_types(database) if is_new else _old_types(database)
    decks = _decks(database, is_new=is_new)
    cards: dict[int, list[tuple[int, int]]] = {}
    for note, deck, place in database.execute("SELECT nid, did, ord FROM cards ORDER BY nid, ord"):
        cards.setdefault(note, []).append((place, deck))
    for key, guid, kind, tags, values in database.execute("SELECT id, guid, mid, tags, flds FROM notes ORDER BY id"):
        if kind not in types:
            raise CollectionError(f"The note “{guid}” is of a type that is not in the file.")
        own = cards.get(key, [])
        yield Note(
            guid=str(guid),
            type=types[kind],
            fields=dict(zip(types[kind].fields, str(values).split(SEPARATOR), strict=False)),
            tags=tuple(str(tags).split()),
            deck=decks.get(own[0][1], "") if own else "",
            cards=[place for place, _ in own],
        )


def _old_types(database: sqlite3.Connection) -> dict[int, NoteType]:
    (models,) = database.execute("SELECT models FROM col").fetchone()
    return {
        int(key): NoteType(
            name=model["name"],
            fields=[entry["name"] for entry in model["flds"]],
            templates=[Template(entry["qfmt"], entry["afmt"]) for entry in model["tmpls"]],
            is_cloze=model.get("type") == CLOZE,
        )
        for key, model in json.loads(models).items()
    }


def _new_types(database: sqlite3.Connection) -> dict[int, NoteType]:
    types: dict[int, NoteType] = {}
    for key, name, config in database.execute("SELECT id, name, config FROM notetypes"):
        fields = [name for (name,) in database.execute("SELECT name FROM fields WHERE ntid = ? ORDER BY ord", (key,))]
        rows = database.execute("SELECT config FROM templates WHERE ntid = ? ORDER BY ord", (key,)).fetchall()
        templates = [Template(_text(row, 1), _text(row, 2)) for (row,) in rows]
        types[key] = NoteType(name, fields, templates, dict(read_fields(config)).get(1) == CLOZE)
    return types


def _text(config: bytes, number: int) -> str:
    value = dict(read_fields(config)).get(number, b"")
    if not isinstance(value, bytes):
        raise MessageError("The message is broken.")
    return value.decode("utf-8", "replace")


def _decks(database: sqlite3.Connection, *, is_new: bool) -> dict[int, str]:
    """The names of decks, with `::` between those above and below."""
    if is_new:
        rows = database.execute("SELECT id, name FROM decks").fetchall()
        return {key: name.replace(SEPARATOR, "::") for key, name in rows}
    (decks,) = database.execute("SELECT decks FROM col").fetchone()
    return {int(key): deck["name"] for key, deck in json.loads(decks).items()}
