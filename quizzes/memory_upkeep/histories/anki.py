"""The review log of an Anki collection: .colpkg and .apkg, as Anki packs them now and as it did before.

A package is a zip archive with a SQLite collection: `collection.anki21b` is compressed with zstd (since 23.10, and
`meta` says so), `collection.anki21` and `collection.anki2` are not. Beside the real one may lie an `anki2` that only
tells old programs to update. A review is a row of `revlog`: its id is the instant in milliseconds since 1970. “Forget”
makes a card new again, and is a row without a rating and without an ease factor; “Set due date” has the factor.
"""

from __future__ import annotations

import html
import re
import sqlite3
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import zstandard

from questions.interchange.anki.databases import SEPARATOR, has_table, open_collection
from quizzes.memory_upkeep.histories import HistoryError, HistoryLine, NotAReview, Note, PastReview

SOURCE = "anki"
SUFFIXES = (".apkg", ".colpkg")
PACKINGS = {3: "collection.anki21b", 2: "collection.anki21", 1: "collection.anki2"}
"""By the version in `meta`; the newest that is there where `meta` is missing."""
MAX_BYTES = 1024**3
"""Of a collection when unpacked; one with a million reviews takes about a tenth."""
MAX_WINDOW = 2**27
"""The memory that unpacking may take: what zstd itself allows unless told otherwise."""
MAX_FIELD = 20_000
"""Characters of a field that are looked at."""
MAX_FIELDS = 100
"""Fields, and tags, of a note that are looked at; Anki's own kinds of note have at most four."""
MAX_MARKS = 30
"""Marks on one letter, as in Unicode's Stream-Safe Text Format: putting more in order takes time by their square."""
MOST_STEPS = 20_000_000_000
"""Of SQLite; a million reviews take some hundred million."""
MANUAL, RESCHEDULED, FILTERED = 4, 5, 3
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_DELETED = "the card was deleted in Anki"
_NOT_ANSWERED = "not an answer: rescheduled or reset by hand"
_PREVIEW = "a preview, which Anki does not count"

_TABLES = {
    "revlog": {"id", "cid", "ease", "time", "type", "factor"},
    "cards": {"id", "nid", "ord"},
    "notes": {"id", "guid", "tags", "flds"},
}
_REVIEWS = """
    WITH resets AS (
        SELECT cid, max(id) AS id FROM revlog WHERE type = 4 AND ease = 0 AND factor = 0 GROUP BY cid
    )
    SELECT revlog.id, revlog.ease, revlog.time, revlog.type, revlog.factor, cards.ord, notes.id, resets.id
    FROM revlog LEFT JOIN resets ON resets.cid = revlog.cid
    LEFT JOIN cards ON cards.id = revlog.cid LEFT JOIN notes ON notes.id = cards.nid
    ORDER BY notes.id, revlog.id
"""
_NOTE = "SELECT guid, tags, flds, (SELECT count(*) FROM cards WHERE nid = notes.id) FROM notes WHERE id = ?"


def read(path: Path) -> Generator[HistoryLine, None, None]:
    """Yield the reviews of the package's log, note by note, and the lines that are none. Raises HistoryError."""
    if not path.is_file():
        if not path.exists():
            raise FileNotFoundError(f"There is no file {path}.")
        raise HistoryError("An Anki package has to be a file: it is read from its end. Save it first.")
    with tempfile.TemporaryDirectory(prefix="examprep-import-") as folder:
        collection = Path(folder) / "collection.sqlite"
        try:
            _unpack(path, collection)
        except (zipfile.BadZipFile, zlib.error, EOFError, zstandard.ZstdError) as error:
            message = f"The package is damaged ({error}); export it from Anki again, as .colpkg or .apkg."
            raise HistoryError(message) from None
        except RuntimeError:  # what zipfile raises for methods that it lacks, and for passwords
            raise HistoryError("The package is packed as Anki never does; export it from Anki again.") from None
        try:
            with open_collection(collection, MOST_STEPS) as database:
                yield from _read_log(database)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            message = f"The collection is damaged ({error}); in Anki run Tools, Check Database, and export it again."
            raise HistoryError(message) from None


# Unpacking


def _unpack(path: Path, collection: Path) -> None:
    with zipfile.ZipFile(path) as package:
        name = _collection_name(package)
        with package.open(name) as packed, collection.open("wb") as file:
            if name == PACKINGS[3]:
                reader = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW).stream_reader(packed)
                _copy(reader, file)
            else:
                _copy(packed, file)


def _collection_name(package: zipfile.ZipFile) -> str:
    names = set(package.namelist())
    collections = [name for name in PACKINGS.values() if name in names]
    if not collections:
        raise HistoryError("There is no collection in the package; export it from Anki as .colpkg or .apkg.")
    if "meta" not in names:
        return collections[0]
    with package.open("meta") as file:
        version = _version(file.read(64))
    if version not in PACKINGS:
        message = f"Version {version} of Anki's packages is not known here; tick “Support older Anki versions” there."
        raise HistoryError(message)
    if PACKINGS[version] not in names:
        raise HistoryError(f"The package is damaged: {PACKINGS[version]} is missing. Export it from Anki again.")
    return PACKINGS[version]


def _version(meta: bytes) -> int:
    """Field 1 of a protobuf message, a number; 0 where it is absent."""
    return meta[1] if len(meta) > 1 and meta[0] == 0x08 else 0


def _copy(source: IO[bytes] | zstandard.ZstdDecompressionReader, file: IO[bytes]) -> None:
    size = 0
    while chunk := source.read(2**20):
        size += len(chunk)
        if size > MAX_BYTES:
            raise HistoryError(f"The collection is larger than {MAX_BYTES // 1024**2} MiB; export one deck of it.")
        file.write(chunk)


# Reading


def _read_log(database: sqlite3.Connection) -> Generator[HistoryLine, None, None]:
    _check(database)
    note: Note | None = None
    for row in database.execute(_REVIEWS):
        at, ease, milliseconds, kind, factor, place, owner, reset = row
        if not all(isinstance(value, int) for value in (row[:5] if owner is None else row[:7])):
            raise HistoryError(f"The review {at!r:.40} is no review of Anki's; in Anki run Tools, Check Database.")
        if kind in (MANUAL, RESCHEDULED) or ease == 0:
            yield NotAReview(_NOT_ANSWERED, _date_text(at))
        elif kind == FILTERED and factor == 0:
            yield NotAReview(_PREVIEW, _date_text(at))
        elif owner is None:
            yield NotAReview(_DELETED, _date_text(at))
        elif not 1 <= ease <= 4:
            yield NotAReview("not one of the four ratings", f"{_date_text(at)} ({ease})")
        elif (instant := _instant(at)) is None:
            yield NotAReview("not a date", str(at))
        else:
            if note is None or note.id != owner:
                note = _note(database, owner)
            forgotten_at = _instant(reset) if isinstance(reset, int) and at < reset else None
            key = f"{note.guid}:{place}:{at}"
            yield PastReview(note, place, ease, instant, max(milliseconds, 0), key, forgotten_at)


def _check(database: sqlite3.Connection) -> None:
    """Insist on the tables that Anki makes."""
    for table, needed in _TABLES.items():
        columns = {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
        if not has_table(database, table) or not needed <= columns:
            raise HistoryError(f"The collection has no table “{table}” as Anki makes it; export it from Anki again.")


def _note(database: sqlite3.Connection, pk: int) -> Note:
    guid, tags, fields, cards = database.execute(_NOTE, (pk,)).fetchone()
    texts = tuple(plain(field[:MAX_FIELD]) for field in str(fields).split(SEPARATOR, MAX_FIELDS)[:MAX_FIELDS])
    return Note(pk, str(guid), tuple(str(tags).split(maxsplit=MAX_FIELDS)[:MAX_FIELDS]), texts, cards)


def _instant(milliseconds: int) -> datetime | None:
    try:
        return EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def _date_text(milliseconds: int) -> str:
    instant = _instant(milliseconds)
    return f"{instant:%Y-%m-%d %H:%M} UTC" if instant else str(milliseconds)


_BLOCK = re.compile(
    r"</?(?:br|div|p|h[1-6]|hr|li|ol|ul|dl|dt|dd|table|tr|t[dh]|pre|blockquote)\b[^<>]*>", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]*>")
_NO_LETTER = re.compile(r"&#[0-9]{20,};?")  # far from any letter, and more digits than Python reads
_MATH = re.compile(r"\\[()\[\]]|\[/?\$+\]|\[/?latex\]|\$+")


def plain(text: str) -> str:
    """Return the words of HTML: no tags, no delimiters of formulas, one space for many, one form of each letter."""
    text = html.unescape(_NO_LETTER.sub("\ufffd", _TAG.sub("", _BLOCK.sub(" ", text))))
    return " ".join(unicodedata.normalize("NFKC", _without_heaps(_MATH.sub("", text))).split())


def _without_heaps(text: str) -> str:
    """Return the text with at most MAX_MARKS marks on each letter."""
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)
