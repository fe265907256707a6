"""The questions of a course for other programs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from questions.bank.pictures import read_picture
from questions.interchange.leaving import Leaving, Note, Written, write_whole
from questions.models import Course, Item

if TYPE_CHECKING:
    from questions.interchange.formats import Format  # and with it all libraries that read files of others

CHUNK = 200
"""Items that are read from the database at a time."""


def export_questions(
    course: Course, form: Format, only: Collection[int] | None = None, *, is_zip: bool = False
) -> Written:
    """Write the questions that are asked, all or those of `only`, as they were published, in a format that is written.

    `is_zip` says that the file is called so. Raises ValueError for a format that is read alone.
    """
    return write_whole(form.writer(is_zip=is_zip), leaving_questions(course, only), read_picture)


def stream_questions(
    course: Course, form: Format, note: Note, only: Collection[int] | None = None, *, is_zip: bool = False
) -> Iterator[bytes]:
    """Give the same file in pieces: however many questions there are, few are held at a time.

    `note` is told, by slugs, what the format cannot hold. Raises ValueError for a format that is read alone.
    """
    return form.writer(is_zip=is_zip)(leaving_questions(course, only), read_picture, note)


def leaving_questions(course: Course, only: Collection[int] | None = None) -> Iterator[Leaving]:
    """The questions that are asked, all or those of `only`, as they are published when they are reached."""
    items = Item.objects.published().filter(course=course)
    keys = list((items if only is None else items.filter(pk__in=only)).order_by("position", "pk").values_list("pk"))
    for start in range(0, len(keys), CHUNK):
        chunk = [key for (key,) in keys[start : start + CHUNK]]
        rows = items.filter(pk__in=chunk).select_related("published").order_by("position", "pk")
        for item in rows:
            if item.published is not None:
                yield Leaving(
                    slug=item.slug,
                    kind=item.published.kind,
                    body=item.published.body,
                    concepts=tuple(item.published.concepts_then),
                    difficulty=item.published.difficulty,
                    seconds=item.published.seconds,
                )
