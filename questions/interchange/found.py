"""What readers find in files: questions with what was changed and lost in them, ready to be drafts of items."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from questions.figures.pictures import Picture


@dataclass(frozen=True)
class Found:
    """A question of a file.

    `source_id` names it in the file, the same whenever the file is read; `place` says where it is, for people.
    `body` is that of its kind without what the file does not have, so it may be unfinished. `concepts` are guesses by
    categories and tags, the first the main one: of categories the innermost. Where the question cannot be asked,
    `refused` says why; `kind` is None.
    """

    source_id: str
    place: str
    title: str
    kind: str | None
    body: dict[str, object]
    concepts: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    difficulty: int | None = None
    seconds: int | None = None
    changed: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    refused: str | None = None


def refuse(source_id: str, place: str, why: str, title: str = "") -> Found:
    """A question, or a whole file, that cannot come in, and why."""
    return Found(source_id, place, title or place, None, {}, refused=why)


def storable(found: Found) -> Found:
    """The question without signs that no database takes: NUL, and halves of surrogate pairs."""
    texts = {field.name: getattr(found, field.name) for field in fields(found) if field.name != "pictures"}
    return replace(found, **{name: _clean(value) for name, value in texts.items()})


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "").encode(errors="replace").decode()
    if isinstance(value, list | tuple):
        return type(value)(map(_clean, value))
    if isinstance(value, dict):
        return {_clean(name): _clean(each) for name, each in value.items()}
    return value
