"""Writes decks for Anki: a package of the old packing, which every version reads."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import string
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from html import escape
from itertools import count
from pathlib import Path

from questions.interchange.anki.databases import SEPARATOR
from questions.interchange.anki.schema import DECK, NOTE_TYPES, collection_row, create_tables
from questions.interchange.archives import stream
from questions.interchange.diagrams import draw_diagrams
from questions.interchange.leaving import Document, Fetch, Leaving, Note, find_lost, freeze, line_html, to_html

PLACE = re.compile(r"\[\[([a-z][a-z0-9-]{0,31})\]\]")
HELD = {"id", "kind", "stem", "explanation", "back", "accept", "parts", "choices", "steps", "pairs", "distractors"}
HELD |= {"image", "answer", "unit", "model", "points", "exact", "digits", "decimals", "tolerance", "pattern"}
"""The fields of bodies and parts of which a card has what it can, or of which it is said what it has not."""
IMAGE = re.compile(r'<img src="([^"]*)"')
SELDOM = 1_700_000_000_000
"""Ids of notes and cards are counted from here, in milliseconds, as Anki has them."""


@dataclass(frozen=True)
class Card:
    """A note: its type, and what its fields hold as HTML."""

    type: str
    fields: tuple[str, ...]


def write_deck(items: Iterable[Leaving], fetch: Fetch, note: Note) -> Iterator[bytes]:
    """A package of one deck; tags are the concepts of the items."""
    return stream(_files(items, fetch, note))


def _files(items: Iterable[Leaving], fetch: Fetch, note: Note) -> Iterator[tuple[str, bytes]]:
    """The files of a package by their paths: pictures as they come, then the collection, and what each is called."""
    pictures: dict[str, str] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(sqlite3.connect(Path(folder, "collection.anki2"))) as database,
    ):
        create_tables(database)
        database.execute("INSERT INTO col VALUES (1, 0, 0, 0, 11, 0, 0, 0, ?, ?, ?, ?, '{}')", collection_row())
        notes, cards = count(), count()
        for slug, plain in ((item.slug, draw_diagrams(each)) for item in items for each in freeze(item)):
            for text in (*plain.said, *(_lost(plain) if plain.kind else ())):
                note(slug, text)
            for key, card in _named(plain) if plain.kind else ():
                _insert(database, next(notes), cards, key, card, plain.concepts)
                for address in dict.fromkeys(IMAGE.findall("".join(card.fields))):
                    content = None if address in pictures else plain.find_picture(address, fetch)
                    if content is not None:
                        pictures[address] = str(len(pictures))
                        yield pictures[address], content
                    elif address not in pictures:
                        note(slug, f"The picture {address}: it is missing.")
        database.commit()
        yield "collection.anki2", Path(folder, "collection.anki2").read_bytes()
    yield "media", json.dumps({number: address for address, number in pictures.items()}).encode()


def _named(item: Leaving) -> list[tuple[str, Card]]:
    """The notes of an item, each with a name of its own."""
    notes = list(_notes(item))
    return [(item.slug if len(notes) == 1 else f"{item.slug}/{name}", card) for name, card in notes]


def _lost(item: Leaving) -> Iterator[str]:
    body = item.body
    if item.kind in ("matching", "labels"):
        yield f"It is {len(body['pairs'])} cards, one for each pair."
    elif item.kind not in ("recall", "short_text", "multi_part"):
        yield "Nothing is chosen or put in order: the question and its answer are two sides of a card."
    if len(body.get("accept", [])) > 1 or body.get("pattern"):
        yield "One accepted answer alone is compared."
    if any(part["kind"] != "short_text" or len(part.get("accept", [])) > 1 for part in body.get("parts", [])):
        yield "Blanks are typed, and one answer to each is compared."
    if lost := list(dict.fromkeys(name for each in (body, *body.get("parts", [])) for name in find_lost(each, HELD))):
        yield f"A card does not hold: {', '.join(lost)}."


def _notes(item: Leaving) -> Iterator[tuple[str, Card]]:
    """The notes of an item, each with its name in it."""
    body, front = item.body, to_html(item.body["stem"])
    extra = to_html(body.get("explanation", "")) if body.get("explanation") else ""
    if item.kind == "recall":
        yield "", Card("basic", (front, to_html(body["back"]), extra))
    elif item.kind == "short_text":
        yield "", Card("typed", (front, escape(body["accept"][0], quote=False), extra))
    elif item.kind in ("matching", "labels"):
        picture = to_html(body["image"]) if "image" in body else ""
        for pair in body["pairs"]:
            asked = f"{front}{picture}<p><b>{line_html(pair['left'])}</b></p>"
            because = to_html(pair["because"]) if pair.get("because") else extra
            yield pair["id"], Card("basic", (asked, line_html(pair["right"]), because))
    elif item.kind == "multi_part" and (text := _cloze(body)):
        yield "", Card("cloze", (text, extra))
    else:
        yield "", Card("basic", (front + _options(body), _answer(body), extra))


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


def _insert(
    database: sqlite3.Connection, place: int, cards: Iterator[int], key: str, note: Card, tags: tuple[str, ...]
) -> None:
    """Store a note in its place, and its cards in the next places of all."""
    first = note.fields[0]
    checksum = int(hashlib.sha1(first.encode(), usedforsecurity=False).hexdigest()[:8], 16)
    fields, kind = SEPARATOR.join(note.fields), NOTE_TYPES[note.type]["id"]
    values = (SELDOM + place, key, kind, f" {' '.join(tags)} ", fields, first, checksum)
    database.execute("INSERT INTO notes VALUES (?, ?, ?, 0, -1, ?, ?, ?, ?, 0, '')", values)
    database.executemany(
        "INSERT INTO cards VALUES (?, ?, ?, ?, 0, -1, 0, 0, ?, 0, 0, 0, 0, 0, 0, 0, 0, '')",
        [(SELDOM + next(cards), SELDOM + place, DECK, order, place) for order in range(_cards(note))],
    )


def _cards(note: Card) -> int:
    if note.type != "cloze":
        return 1
    return max((int(number) for number in re.findall(r"\{\{c(\d{1,3})::", note.fields[0])), default=1)
