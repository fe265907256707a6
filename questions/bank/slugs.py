"""Slugs that are proposed: of what an item asks, and such as no other item has."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.text import slugify

from questions.models import Course

MAX_LENGTH = 100
MAX_WORDS = 6
FILLING = " a an and are as at by does do for from has have how in is it its of on or that the this to with "


def propose_slug(course: Course, text: str, otherwise: str, taken: Collection[str] | None = None) -> str:
    """Return a slug of the first words of a question that say something, which no item of the course has.

    Whoever proposes many says which are `taken`.
    """
    plain = " ".join(text.split("$")[::2]) if text.count("$") % 2 == 0 else text
    words = [word for word in slugify(plain).replace("_", "-").split("-") if word and f" {word} " not in FILLING]
    return free_slug(course, "-".join(words[:MAX_WORDS]) or slugify(otherwise).replace("_", "-"), taken)


def free_slug(course: Course, wanted: str, taken: Collection[str] | None = None) -> str:
    """Return the slug, numbered from 2 on where an item of the course has it."""
    wanted = wanted[: MAX_LENGTH - 5].strip("-")
    if taken is None:
        taken = set(course.items.filter(slug__startswith=wanted).values_list("slug", flat=True))
    number = next((number for number in range(2, len(taken) + 3) if f"{wanted}-{number}" not in taken), 2)
    return f"{wanted}-{number}" if wanted in taken else wanted
