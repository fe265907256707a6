"""Packages of Anki, .apkg and .colpkg: the collection and the media in a ZIP, in the old packing or with zstd."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import zstandard

from questions.interchange.anki.collections import CollectionError
from questions.interchange.anki.messages import MessageError, read_fields
from questions.interchange.archives import MOST_BYTES

COLLECTIONS = ("collection.anki21b", "collection.anki21", "collection.anki2")
"""The newest first: beside it lies one for old versions, which says that they have to be updated."""
ZSTD = b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True)
class Package:
    """The SQLite file, and where the bytes of each picture and sound are by its name."""

    collection: bytes
    names: Mapping[str, str]
    files: Mapping[str, bytes]

    def fetch(self, name: str) -> bytes | None:
        """The bytes of a picture or sound; None where the package has none of this name."""
        place = self.names.get(name)
        if place is None or place not in self.files:
            return None
        try:
            return unpacked(self.files[place])
        except CollectionError:
            return None


def open_package(files: Mapping[str, bytes]) -> Package:
    """The package in the files of a ZIP. Raises CollectionError."""
    name = next((name for name in COLLECTIONS if name in files), None)
    if name is None:
        raise CollectionError("There is no collection in the file: export the deck from Anki as .apkg.")
    media = unpacked(files.get("media", b"{}"))
    try:
        names = _new_names(media) if name == COLLECTIONS[0] else _old_names(media)
    except (ValueError, AttributeError, RecursionError):
        raise CollectionError("The list of media is damaged: export the deck anew.") from None
    return Package(unpacked(files[name]), names, files)


def unpacked(content: bytes) -> bytes:
    """The content without its zstd packing, if it has one. Raises CollectionError."""
    if not content.startswith(ZSTD):
        return content
    pieces, size = [], 0
    try:
        for piece in zstandard.ZstdDecompressor(max_window_size=2**27).read_to_iter(content):
            pieces.append(piece)
            size += len(piece)
            if size > MOST_BYTES:
                raise CollectionError(f"A file in it unpacks to more than {MOST_BYTES // 10**6} MB.")
    except zstandard.ZstdError as error:
        raise CollectionError(f"A file in it is damaged: {error}.") from None
    return b"".join(pieces)


def _old_names(media: bytes) -> dict[str, str]:
    return {str(name): place for place, name in json.loads(media).items()}


def _new_names(media: bytes) -> dict[str, str]:
    """MediaEntries: each entry (1) has a name (1), and lies in the ZIP under its place in the list."""
    names: dict[str, str] = {}
    entries = [value for number, value in read_fields(media) if number == 1]
    for place, entry in enumerate(entries):
        if not isinstance(entry, bytes):
            raise MessageError("The message is broken.")
        name = dict(read_fields(entry)).get(1, b"")
        if isinstance(name, bytes):
            names[name.decode("utf-8", "replace")] = str(place)
    return names
