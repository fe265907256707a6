"""Writes decks for Anki: a package of the old packing, which every version reads."""

from __future__ import annotations

import hashlib
import io
import json
import re
import sqlite3
import string
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from html import escape
from pathlib import Path

from questions.interchange.anki.databases import SEPARATOR
from questions.interchange.anki.schema import DECK, NOTE_TYPES, collection_row, create_tables
from questions.interchange.leaving import Document, Fetch, Leaving, Written, freeze, line_html, to_html

PLACE = re.compile(r"\[\[([a-z][a-z0-9-]{0,31})\]\]")
EPOCH = (1980, 1, 1, 0, 0, 0)
SELDOM = 1_700_000_000_000
"""Ids of notes and cards are counted from here, in milliseconds, as Anki has them."""


@dataclass(frozen=True)
class Note:
    """A note: its type, and what its fields hold as HTML."""

    type: str
    fields: tuple[str, ...]


def write_deck(items: Sequence[Leaving], fetch: Fetch) -> Written:
    """A package of one deck; tags are the concepts of the items."""
    remarks: list[tuple[str, str]] = []
    rows: list[tuple[str, Note, tuple[str, ...]]] = []
    for slug, plain in [(item.slug, each) for item in items for each in freeze(item)]:
        remarks += [(slug, text) for text in plain.said]
        if plain.kind:
            notes = list(_notes(plain))
            keys = [plain.slug] if len(notes) == 1 else [f"{plain.slug}/{name}" for name, _ in notes]
            rows += [(key, note, plain.concepts) for key, (_, note) in zip(keys, notes, strict=True)]
            remarks += [(slug, text) for text in _lost(plain)]
    text = "".join(field for _, note, _ in rows for field in note.fields)
    named = dict.fromkeys(re.findall(r'<img src="([^"]*)"', text))
    pictures = {address: content for address in named if (content := fetch(address)) is not None}
    return Written(_package(rows, pictures), tuple(dict.fromkeys(remarks)))


def _lost(item: Leaving) -> Iterator[str]:
    body = item.body
    if item.kind in ("matching", "labels"):
        yield f"It is {len(body['pairs'])} cards, one for each pair."
    elif item.kind not in ("recall", "short_text", "multi_part"):
        yield "Nothing is chosen or put in order: the question and its answer are two sides of a card."
    if len(body.get("accept", [])) > 1 or body.get("pattern"):
        yield "One accepted answer alone is compared."


def _notes(item: Leaving) -> Iterator[tuple[str, Note]]:
    """The notes of an item, each with its name in it."""
    body, front = item.body, to_html(item.body["stem"])
    extra = to_html(body.get("explanation", "")) if body.get("explanation") else ""
    if item.kind == "recall":
        yield "", Note("basic", (front, to_html(body["back"]), extra))
    elif item.kind == "short_text":
        yield "", Note("typed", (front, escape(body["accept"][0], quote=False), extra))
    elif item.kind in ("matching", "labels"):
        picture = to_html(body["image"]) if "image" in body else ""
        for pair in body["pairs"]:
            asked = f"{front}{picture}<p><b>{line_html(pair['left'])}</b></p>"
            because = to_html(pair["because"]) if pair.get("because") else extra
            yield pair["id"], Note("basic", (asked, line_html(pair["right"]), because))
    elif item.kind == "multi_part" and (text := _cloze(body)):
        yield "", Note("cloze", (text, extra))
    else:
        yield "", Note("basic", (front + _options(body), _answer(body), extra))


def _cloze(body: Document) -> str | None:
    """The text with its blanks; None where parts stand below it."""
    answers = {part["id"]: _answer(part) for part in body["parts"]}
    if sorted(PLACE.findall(body["stem"])) != sorted(answers):
        return None
    numbers = {name: place for place, name in enumerate(PLACE.findall(body["stem"]), start=1)}
    marks = {name: f"{{{{c{numbers[name]}::{answer}}}}}" for name, answer in answers.items()}
    html = to_html(body["stem"])
    if sorted(PLACE.findall(html)) != sorted(answers):  # colours of code stand within them
        return None
    return PLACE.sub(lambda found: marks[found[1]], html)


def _options(body: Document) -> str:
    """What stands below the question: options, steps in another order, parts."""
    if "choices" in body:
        return _list("ol", [choice["text"] for choice in body["choices"]])
    if "steps" in body:
        return _list("ul", sorted(body["steps"]))
    if "parts" in body:
        stems = [f"{to_html(part.get('stem', ''))}{_options(part)}" for part in body["parts"]]
        return "".join(f"<p>({letter})</p>{stem}" for letter, stem in zip(string.ascii_lowercase, stems, strict=False))
    return ""


def _answer(body: Document) -> str:
    """What is right, as HTML."""
    if "choices" in body:
        return "<br>".join(line_html(choice["text"]) for choice in body["choices"] if choice.get("correct"))
    if "steps" in body:
        return _list("ol", body["steps"])
    if "parts" in body:
        return _list("ol", [_answer(part) for part in body["parts"]], is_html=True)
    if "pairs" in body:
        return _list("ul", [f"{pair['left']}: {pair['right']}" for pair in body["pairs"]])
    if "accept" in body:
        return escape(body["accept"][0], quote=False)
    if "model" in body:
        return to_html(body["model"]) + _list("ul", [point["text"] for point in body.get("points", [])])
    answer = body.get("answer", "")
    unit = f" {body['unit']}" if body.get("unit") else ""
    return line_html(f"{answer if isinstance(answer, str) else json.dumps(answer)}{unit}")


def _list(tag: str, texts: Sequence[str], *, is_html: bool = False) -> str:
    entries = "".join(f"<li>{text if is_html else line_html(text)}</li>" for text in texts)
    return f"<{tag}>{entries}</{tag}>"


def _package(rows: Sequence[tuple[str, Note, tuple[str, ...]]], pictures: dict[str, bytes]) -> bytes:
    names = {str(place): address for place, address in enumerate(pictures)}
    files = {"collection.anki2": _collection(rows), "media": json.dumps(names).encode()}
    files |= {place: pictures[address] for place, address in names.items()}
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, EPOCH), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _collection(rows: Sequence[tuple[str, Note, tuple[str, ...]]]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "collection.anki2")
        with closing(sqlite3.connect(path)) as database, database:
            create_tables(database)
            database.execute("INSERT INTO col VALUES (1, 0, 0, 0, 11, 0, 0, 0, ?, ?, ?, ?, '{}')", collection_row())
            card = SELDOM
            for place, (key, note, tags) in enumerate(rows):
                _insert_note(database, SELDOM + place, key, note, tags)
                for order in range(_cards(note)):
                    values = (card, SELDOM + place, DECK, order, place)
                    database.execute(
                        "INSERT INTO cards VALUES (?, ?, ?, ?, 0, -1, 0, 0, ?, 0, 0, 0, 0, 0, 0, 0, 0, '')", values
                    )
                    card += 1
        return path.read_bytes()


def _insert_note(database: sqlite3.Connection, key: int, guid: str, note: Note, tags: tuple[str, ...]) -> None:
    first = note.fields[0]
    checksum = int(hashlib.sha1(first.encode(), usedforsecurity=False).hexdigest()[:8], 16)
    fields, kind = SEPARATOR.join(note.fields), NOTE_TYPES[note.type]["id"]
    values = (key, guid, kind, f" {' '.join(tags)} ", fields, first, checksum)
    database.execute("INSERT INTO notes VALUES (?, ?, ?, 0, -1, ?, ?, ?, ?, 0, '')", values)


def _cards(note: Note) -> int:
    if note.type != "cloze":
        return 1
    return max((int(number) for number in re.findall(r"\{\{c(\d{1,3})::", note.fields[0])), default=1)
