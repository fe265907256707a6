"""Items as the files of a course folder have them: read and written whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count, islice
from typing import Any

from questions import kinds
from questions.figures import pictures
from questions.interchange import yaml
from questions.interchange.archives import stream
from questions.interchange.found import Found, refuse
from questions.interchange.leaving import Fetch, Leaving, Note
from questions.text.appearance import pictures_in
from questions.text.encodings import decode_text

ABOUT = ("slug", "kind", "concepts", "difficulty", "seconds", "idea", "enemies", "pool")
"""The fields of an entry that are no part of its body."""
LEFT_OUT = ("idea", "enemies", "pool")
ENDINGS = (".yaml", ".yml")
MOST_BYTES = 20_000_000
ITEMS_IN_FILE = 500
"""Of a folder that is written: such files open in any editor."""
PLACED = re.compile(r"(?<=\]\(media/)[^\s)\"'<>]+")
"""In a text: the name of a file in media/ that a picture shows."""


def read_folder(files: Mapping[str, bytes], name: str) -> Iterator[Found]:
    """The items in bank/ of a course folder, with the pictures in its media/; those of a single file."""
    if len(files) == 1:
        yield from read_items(next(iter(files.values())), name)
        return
    paths = [path for path in files if path.endswith(ENDINGS) and path.split("/")[-2:-1] == ["bank"]]
    if not paths:
        yield refuse(name, name, "There is no file of items in it: they are in bank/, and end in .yaml.")
    for path in sorted(paths):
        media = f"{path.rpartition('bank/')[0]}media/"
        for found in read_items(files[path], path):
            yield replace(_with_pictures(found, files, media), place=f"{path}, {found.place}")


def _with_pictures(found: Found, files: Mapping[str, bytes], media: str) -> Found:
    """The item with the pictures that its texts place, by their names in media/."""
    lost: list[str] = []
    shown: dict[str, pictures.Picture] = {}
    for place in dict.fromkeys(PLACED.findall(str(found.body))):
        try:
            if f"{media}{place}" not in files:
                raise pictures.PictureError("It is not in media/.")
            shown[place] = pictures.read(place, files[f"{media}{place}"])
        except pictures.PictureError as error:
            lost.append(f"The picture {place}: {error}")
    body = _placed(found.body, {place: picture.address for place, picture in shown.items()})
    return replace(found, body=body, pictures=tuple(shown.values()), lost=(*found.lost, *lost))


def _placed(value: Any, addresses: Mapping[str, str]) -> Any:
    """A body in which pictures stand by their addresses."""
    if isinstance(value, str):
        return PLACED.sub(lambda found: addresses.get(found[0], found[0]), value)
    if isinstance(value, list):
        return [_placed(each, addresses) for each in value]
    if isinstance(value, dict):
        return {key: _placed(each, addresses) for key, each in value.items()}
    return value


def read_items(content: bytes, name: str) -> Iterator[Found]:
    """The items of a file such as bank/*.yaml."""
    if len(content) > MOST_BYTES:
        yield refuse(name, name, f"It has more than {MOST_BYTES // 10**6} MB: export it in parts.")
        return
    try:
        entries = yaml.read_document(decode_text(content)[0])
    except yaml.YAMLError as error:
        yield refuse(name, f"line {error.line}" if error.line else name, error.message, name)
        return
    if not isinstance(entries, list):
        yield refuse(name, name, "A file of items is a list: each begins with “- slug: …”.")
        return
    for place, entry in enumerate(entries):
        line = yaml.line_of(entries, str(place))
        yield _read(entry, f"line {line}" if line else f"item {place + 1}")


def _read(entry: object, place: str) -> Found:
    slug = str(entry.get("slug", "")) if isinstance(entry, dict) else ""
    if not isinstance(entry, dict) or not slug:
        return refuse(place, place, "It has no slug.")
    if entry.get("kind") not in kinds.KINDS:
        return refuse(slug, place, f"“{entry.get('kind')}” is no kind. Kinds: {', '.join(kinds.KINDS)}.", slug)
    concepts, numbers = entry.get("concepts"), {name: entry.get(name) for name in ("difficulty", "seconds")}
    lost = tuple(f"What exams know of it: {name}." for name in LEFT_OUT if entry.get(name))
    return Found(
        source_id=slug,
        place=place,
        title=slug,
        kind=str(entry["kind"]),
        body={name: value for name, value in entry.items() if name not in ABOUT},
        concepts=tuple(map(str, concepts)) if isinstance(concepts, list) else (),
        difficulty=_within(numbers["difficulty"], 1, 5),
        seconds=_within(numbers["seconds"], 5, 1800),
        lost=lost,
    )


def _within(value: object, least: int, most: int) -> int | None:
    return value if type(value) is int and least <= value <= most else None


def write_items(items: Iterable[Leaving], fetch: Fetch, note: Note) -> Iterator[bytes]:
    """A file of items; pictures stay where they are, and are named."""
    for item in items:
        for address in _shown(item):
            note(item.slug, f"The picture {address} is not in the file.")
        yield _entry(item)


def write_folder(items: Iterable[Leaving], fetch: Fetch, note: Note) -> Iterator[bytes]:
    """A ZIP of a folder with bank/ and media/, as courses have them."""
    return stream(folder_files(items, fetch, note))


def folder_files(items: Iterable[Leaving], fetch: Fetch, note: Note) -> Iterator[tuple[str, bytes]]:
    """The files of a folder by their paths: items in bank/, so many in each file, and in media/ what they show."""
    remaining = iter(items)
    for number in count(1):
        chunk = list(islice(remaining, ITEMS_IN_FILE))
        if not chunk and number > 1:
            return
        yield f"bank/items-{number:03}.yaml", b"".join(map(_entry, chunk))
        for item in chunk:
            for address in _shown(item):
                content = fetch(address)
                if content is None:
                    note(item.slug, f"The picture {address}: it is missing.")
                else:
                    yield f"media/{address}", content


def _entry(item: Leaving) -> bytes:
    about: dict[str, object] = {"slug": item.slug, "kind": item.kind, "concepts": list(item.concepts)}
    about |= {"difficulty": item.difficulty, "seconds": item.seconds}
    return f"{yaml.write([about | item.body])}\n".encode()


def _shown(item: Leaving) -> list[str]:
    """The addresses of the pictures that an item shows."""
    texts = kinds.get(item.kind).shown(kinds.parse(item.kind, item.body))
    return sorted({address for _, text in texts for address in pictures_in(text)})
