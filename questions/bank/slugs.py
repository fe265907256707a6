"""Slugs that are proposed: of what an item asks, and such as no other item has."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from django.utils.text import slugify

from questions.models import Course

MAX_LENGTH = 100
MAX_WORDS = 6
FILLING = " a an and are as at by does do for from has have how in is it its of on or that the this to with "


class Taken:
    """The slugs that items of a course have, and from which number on others of the same words are free.

    Many of the same words are numbered without looking at all of them for each.
    """

    def __init__(self, slugs: Iterable[str], numbers: dict[str, int] | None = None) -> None:
        self._slugs = set(slugs)
        self._numbers = {} if numbers is None else numbers

    def add(self, slug: str) -> None:
        """Take a slug."""
        self._slugs.add(slug)

    def free(self, wanted: str) -> str:
        """Return the slug, numbered from 2 on where it is taken."""
        wanted = wanted[: MAX_LENGTH - 6].strip("-")
        if wanted not in self._slugs:
            return wanted
        numbers = count(self._numbers.get(wanted, 2))
        number = next(number for number in numbers if f"{wanted}-{number}" not in self._slugs)
        self._numbers[wanted] = number
        return f"{wanted}-{number}"


def propose_slug(course: Course, text: str, otherwise: str, taken: Taken | None = None) -> str:
    """Return a slug of the first words of a question that say something, which no item of the course has.

    Whoever proposes many says which are `taken`.
    """
    plain = " ".join(text.replace("$$", "$").split("$")[::2]) if text.count("$") % 2 == 0 else text
    first, *others = plain.replace("{{", "").replace("}}", "").split("{")
    plain = " ".join([first, *(other.rpartition("}")[2] for other in others)])  # without what is drawn or computed
    words = [word for word in slugify(plain).replace("_", "-").split("-") if word and f" {word} " not in FILLING]
    return free_slug(course, "-".join(words[:MAX_WORDS]) or slugify(otherwise).replace("_", "-"), taken)


def free_slug(course: Course, wanted: str, taken: Taken | None = None) -> str:
    """Return the slug, numbered from 2 on where an item of the course has it."""
    if taken is None:
        same = course.items.filter(slug__startswith=wanted[: MAX_LENGTH - 6].strip("-"))
        taken = Taken(same.values_list("slug", flat=True))
    return taken.free(wanted)
