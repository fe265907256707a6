"""An entry of a course folder beside what the service has, and beside what was last loaded: what is to be done. Pure.

An entry is compared as a record: its fields by name, without those that are blank.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

Record = dict[str, object]
KeyT = TypeVar("KeyT")

LONG = 60
"""Characters from which on a text is shown by the lines that differ."""


class Outcome(StrEnum):
    """What a load makes of an entry, as it is reported."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "nothing to do"
    CONFLICT = "edited in the service since it was last loaded, left alone (--overwrite takes the file's)"
    RETIRED = "retired in the service, left alone"
    DELETED = "deleted in the service, left alone (--overwrite makes it again)"
    LEFT = "no longer in the folder, left alone"
    PRUNED = "no longer in the folder, retired"


@dataclass(frozen=True)
class Difference:
    """A field in which two records differ; None where one has no such field."""

    field: str
    old: object
    new: object

    def lines(self) -> list[str]:
        """The difference to read: `field: old → new`, or line by line where a text is long."""
        old, new = _text(self.old), _text(self.new)
        if max(len(old), len(new)) <= LONG and "\n" not in old + new:
            return [f"{self.field}: {old} → {new}"]
        compared = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0))[2:]
        return [f"{self.field}:", *(f"  {line}" for line in compared if not line.startswith("@@"))]


@dataclass(frozen=True)
class Change:
    """What a load made of an entry (`what` it is, such as “item”, and its slug), and how file and service differed."""

    what: str
    slug: str
    outcome: Outcome
    differences: Sequence[Difference] = ()
    place: str = ""

    def __str__(self) -> str:
        return ": ".join(part for part in (self.place, f"{self.what} {self.slug}", self.outcome.value) if part)

    def lines(self) -> list[str]:
        """The change to read, with each field that differs: from what the service has to what the file has."""
        return [str(self), *(f"  {line}" for difference in self.differences for line in difference.lines())]


def decide(file: Record, service: Record, *, is_edited: bool, overwrite: bool) -> Outcome:
    """What to do with an entry that the service has, edited since it was last loaded or not."""
    if file == service:
        return Outcome.SAME
    return Outcome.CONFLICT if is_edited and not overwrite else Outcome.CHANGED


def digest(record: Record) -> str:
    """What tells a record from every other, to be stored in its place."""
    text = json.dumps(_plain_numbers(record), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _plain_numbers(value: object) -> object:
    """Numbers that are equal as the same text: a database may give 1 back for 1.0."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {name: _plain_numbers(part) for name, part in value.items()}
    return [_plain_numbers(part) for part in value] if isinstance(value, list) else value


def match(slugs: Iterable[str], rows: Mapping[KeyT, tuple[str, str | None]]) -> dict[str, KeyT]:
    """The row of each slug of a folder, of rows with their slug and the one that they were last loaded as.

    A row that was renamed in the service is known by the latter, unless another row has the name by now.
    """
    wanted = list(slugs)
    by_name = {name: key for key, (name, _) in rows.items()}
    matched = {slug: by_name[slug] for slug in wanted if slug in by_name}
    taken = set(matched.values())
    by_loaded = {loaded: key for key, (_, loaded) in rows.items() if loaded is not None and key not in taken}
    return matched | {slug: by_loaded[slug] for slug in wanted if slug not in matched and slug in by_loaded}


def differences(old: Record, new: Record) -> list[Difference]:
    """The fields in which two records differ, each at its place (`choices.2.because`)."""
    before, after = dict(_flatten(old)), dict(_flatten(new))
    return [
        Difference(place, before.get(place), after.get(place))
        for place in {**before, **after}
        if before.get(place) != after.get(place)
    ]


def is_reordered(wanted: Sequence[KeyT], loaded: Sequence[KeyT]) -> bool:
    """Whether those that both lists have stand in another order."""
    in_both = set(wanted) & set(loaded)
    return [key for key in wanted if key in in_both] != [key for key in loaded if key in in_both]


def without_blanks(record: Mapping[str, object]) -> Record:
    """The record as it is compared: without blank fields, texts without blanks around them and with the same ends."""
    canonical = {name: _canonical(value) for name, value in record.items()}
    return {name: value for name, value in canonical.items() if value not in ("", None, [], {})}


def _canonical(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    if isinstance(value, Mapping):
        return {name: _canonical(part) for name, part in value.items()}
    return [_canonical(part) for part in value] if isinstance(value, list | tuple) else value


def _flatten(value: object, place: str = "") -> Iterator[tuple[str, object]]:
    parts: Iterable[tuple[object, object]]
    if isinstance(value, Mapping):
        parts = value.items()
    elif isinstance(value, list) and any(isinstance(part, Mapping) for part in value):
        parts = enumerate(value)
    else:
        yield place, value
        return
    for name, part in parts:
        yield from _flatten(part, f"{place}.{name}" if place else str(name))


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return "–" if value is None else str(value)
