"""The collection that a new deck has: schema 11 of Anki, and three types of notes."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

DECK = 1_700_000_000_000
DECK_NAME = "Questions"
CSS = ".card { font-family: sans-serif; font-size: 20px; text-align: center; }"
TABLES = """
CREATE TABLE col (id integer primary key, crt integer not null, mod integer not null, scm integer not null,
    ver integer not null, dty integer not null, usn integer not null, ls integer not null, conf text not null,
    models text not null, decks text not null, dconf text not null, tags text not null);
CREATE TABLE notes (id integer primary key, guid text not null, mid integer not null, mod integer not null,
    usn integer not null, tags text not null, flds text not null, sfld integer not null, csum integer not null,
    flags integer not null, data text not null);
CREATE TABLE cards (id integer primary key, nid integer not null, did integer not null, ord integer not null,
    mod integer not null, usn integer not null, type integer not null, queue integer not null, due integer not null,
    ivl integer not null, factor integer not null, reps integer not null, lapses integer not null,
    left integer not null, odue integer not null, odid integer not null, flags integer not null, data text not null);
CREATE TABLE revlog (id integer primary key, cid integer not null, usn integer not null, ease integer not null,
    ivl integer not null, lastIvl integer not null, factor integer not null, time integer not null,
    type integer not null);
CREATE TABLE graves (usn integer not null, oid integer not null, type integer not null);
"""


def create_tables(database: sqlite3.Connection) -> None:
    """Make the tables of a collection."""
    database.executescript(TABLES)


def _note_type(
    key: int, name: str, fields: tuple[str, ...], front: str, back: str, *, is_cloze: bool
) -> dict[str, Any]:
    shown = {"font": "Arial", "size": 20, "rtl": False, "sticky": False, "media": []}
    template = {"name": "Card 1", "ord": 0, "qfmt": front, "afmt": back, "bqfmt": "", "bafmt": "", "did": None}
    return {
        "id": key,
        "name": name,
        "type": int(is_cloze),
        "mod": 0,
        "usn": -1,
        "sortf": 0,
        "did": DECK,
        "flds": [{"name": field, "ord": place, **shown} for place, field in enumerate(fields)],
        "tmpls": [template],
        "css": CSS,
        "latexPre": "",
        "latexPost": "",
        "req": [[0, "any", [0]]],
        "tags": [],
        "vers": [],
    }


EXTRA = "{{#Extra}}<div class=extra>{{Extra}}</div>{{/Extra}}"
NOTE_TYPES = {
    "basic": _note_type(
        DECK + 1,
        "Question and answer",
        ("Front", "Back", "Extra"),
        "{{Front}}",
        "{{FrontSide}}<hr id=answer>{{Back}}" + EXTRA,
        is_cloze=False,
    ),
    "typed": _note_type(
        DECK + 2,
        "Question with a typed answer",
        ("Front", "Back", "Extra"),
        "{{Front}}{{type:Back}}",
        "{{FrontSide}}<hr id=answer>{{type:Back}}" + EXTRA,
        is_cloze=False,
    ),
    "cloze": _note_type(
        DECK + 3, "Text with blanks", ("Text", "Extra"), "{{cloze:Text}}", "{{cloze:Text}}" + EXTRA, is_cloze=True
    ),
}
"""The types of notes by what they are for."""


def collection_row() -> tuple[str, str, str, str]:
    """The configuration, types of notes, decks and their options, as JSON."""
    deck = {
        "id": DECK,
        "name": DECK_NAME,
        "mod": 0,
        "usn": -1,
        "desc": "",
        "dyn": 0,
        "collapsed": False,
        "browserCollapsed": False,
        "conf": 1,
        "extendNew": 0,
        "extendRev": 0,
        **{name: [0, 0] for name in ("newToday", "revToday", "lrnToday", "timeToday")},
    }
    default = {**deck, "id": 1, "name": "Default"}
    options = {
        "id": 1,
        "name": "Default",
        "mod": 0,
        "usn": 0,
        "maxTaken": 60,
        "autoplay": True,
        "timer": 0,
        "replayq": True,
        "dyn": False,
        "new": {"bury": False, "delays": [1, 10], "initialFactor": 2500, "ints": [1, 4, 7], "order": 1, "perDay": 20},
        "rev": {"bury": False, "ease4": 1.3, "ivlFct": 1, "maxIvl": 36500, "perDay": 200, "hardFactor": 1.2},
        "lapse": {"delays": [10], "leechAction": 1, "leechFails": 8, "minInt": 1, "mult": 0},
    }
    configuration = {"curDeck": 1, "curModel": NOTE_TYPES["basic"]["id"], "nextPos": 1, "schedVer": 2}
    models = {str(kind["id"]): kind for kind in NOTE_TYPES.values()}
    return (
        json.dumps(configuration),
        json.dumps(models),
        json.dumps({"1": default, str(DECK): deck}),
        json.dumps({"1": options}),
    )
