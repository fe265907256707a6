"""The paths of Moodle's categories, and its tags. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from questions.interchange.leaving import Leaving

ROOTS = ("$course$", "top", "$cat1$", "$module$", "$system$")

MEASURE = re.compile(r"(difficulty|seconds):([0-9]{1,4})")
BOUNDS = {"difficulty": (1, 5), "seconds": (5, 1800)}


class Tags(NamedTuple):
    """What the tags of a question say; None for what they do not."""

    concepts: tuple[str, ...]
    difficulty: int | None
    seconds: int | None


def split_category(path: str) -> tuple[str, ...]:
    """The names in the path of a category, the innermost first; `//` is a slash in a name."""
    names = (name.replace("\ue016", "/").strip() for name in path.replace("//", "\ue016").split("/"))
    shown = (name.removeprefix("Default for ") for name in names)
    return tuple(name for name in shown if name and name not in ROOTS)[::-1]


def join_category(names: Iterable[str]) -> str:
    """The path of a category."""
    return "/".join(["$course$", "top", *(name.replace("/", "//") for name in names)])


def tags_of(item: Leaving) -> list[str]:
    """The tags of an item: its concepts but the first, `difficulty:3` and `seconds:60`."""
    return [*item.concepts[1:], f"difficulty:{item.difficulty}", f"seconds:{item.seconds}"]


def read_tags(tags: Iterable[str]) -> Tags:
    """What tags say."""
    concepts: list[str] = []
    measures: dict[str, int] = {}
    for tag in tags:
        known = MEASURE.fullmatch(tag)
        if known and BOUNDS[known[1]][0] <= int(known[2]) <= BOUNDS[known[1]][1]:
            measures[known[1]] = int(known[2])
        elif tag:
            concepts.append(tag)
    return Tags(tuple(concepts), measures.get("difficulty"), measures.get("seconds"))
