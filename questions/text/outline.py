"""What each section of a lesson's text teaches, and how long it takes to read. Pure."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from questions.text import markup

WORDS_PER_MINUTE = 200
"""Adults read 238 words of English a minute (Brysbaert 2019, How many words do we read per minute?, J. Mem. Lang. 109);
texts with formulas and code are read more slowly."""
TEACHES = re.compile(r"\bteaches=([a-z0-9-]+(?:,[a-z0-9-]+)*)")


@dataclass(frozen=True)
class Outline:
    """A section: its anchor, title, and how many words it has.

    `teaches` are the concepts (slugs) that its heading names; None where it names none, and they follow from `tried`,
    the items that it offers to try.
    """

    id: str
    title: str
    words: int
    teaches: tuple[str, ...] | None
    tried: tuple[str, ...]

    @property
    def seconds(self) -> int:
        """The time that reading it takes."""
        return math.ceil(60 * self.words / WORDS_PER_MINUTE)


@lru_cache(maxsize=1024)
def outline(text: str) -> tuple[Outline, ...]:
    """The sections of a lesson's text that have a title, in order."""
    return tuple(
        Outline(
            id=str(part[0].attrGet("id")),
            title=heading.content,
            words=sum(len(token.content.split()) for token in part),
            teaches=tuple(taught) if (taught := part[0].meta.get("teaches")) is not None else None,
            tried=tuple(slug for token in part if token.nesting > 0 for slug in markup.tried_in(token.info)),
        )
        for heading, part in markup.split(markup.parse(text))
        if heading
    )


@dataclass(frozen=True)
class TaughtSection:
    """A section of a published lesson with the concepts (slugs) that it teaches.

    Its course and lesson are named by their keys, and by their slugs.
    """

    course: int
    lesson: int
    course_slug: str
    lesson_slug: str
    outline: Outline
    concepts: tuple[str, ...]

    @property
    def key(self) -> tuple[int, str]:
        """What it is told apart by: its lesson's key, and the id of its heading."""
        return self.lesson, self.outline.id


def rename_taught(text: str, old: str, new: str) -> str:
    """The text of a lesson, where headings name the concept `new` instead of `old`."""

    def rename(match: re.Match[str]) -> str:
        return f"teaches={','.join(new if slug == old else slug for slug in match[1].split(','))}"

    lines = text.splitlines(keepends=True)
    return "".join(TEACHES.sub(rename, line) if line.startswith("#") else line for line in lines)
