"""Items as the files of a course folder have them: read and written whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from questions import kinds
from questions.interchange import yaml
from questions.interchange.found import Found, refuse
from questions.interchange.leaving import Fetch, Leaving, Written
from questions.text.appearance import pictures_in
from questions.text.encodings import decode_text

ABOUT = ("slug", "kind", "concepts", "difficulty", "seconds", "idea", "enemies", "pool")
"""The fields of an entry that are no part of its body."""
LEFT_OUT = ("idea", "enemies", "pool")


def read_items(content: bytes, name: str) -> Iterator[Found]:
    """The items of a file such as bank/*.yaml."""
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


def write_items(items: Sequence[Leaving], fetch: Fetch) -> Written:
    """A file of items; pictures stay where they are, and are named."""
    entries: list[str] = []
    remarks: list[tuple[str, str]] = []
    for item in items:
        about: dict[str, object] = {"slug": item.slug, "kind": item.kind, "concepts": list(item.concepts)}
        about |= {"difficulty": item.difficulty, "seconds": item.seconds}
        entries.append(yaml.write([about | item.body]))
        texts = kinds.get(item.kind).shown(kinds.parse(item.kind, item.body))
        shown = {address for _, text in texts for address in pictures_in(text)}
        remarks += [(item.slug, f"The picture {address} is not in the file.") for address in sorted(shown)]
    return Written("\n".join(entries).encode(), tuple(remarks))
