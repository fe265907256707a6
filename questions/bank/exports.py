"""The questions of a course for other programs."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from questions.bank.pictures import read_picture
from questions.interchange.leaving import Leaving, Written
from questions.models import Course, Item

if TYPE_CHECKING:
    from questions.interchange.formats import Format  # and with it all libraries that read files of others


def export_questions(
    course: Course, form: Format, only: Collection[int] | None = None, *, is_zip: bool = False
) -> Written:
    """Write the questions that are asked, all or those of `only`, as they were published, in a format that is written.

    `is_zip` says that the file is called so. Raises ValueError for one that is read alone.
    """
    write = form.write_zip if is_zip and form.write_zip else form.write
    if write is None:
        raise ValueError(f"{form.title} is read, and not written.")
    items = Item.objects.published().filter(course=course).select_related("published").order_by("position", "pk")
    if only is not None:
        items = items.filter(pk__in=only)
    leaving = [
        Leaving(
            slug=item.slug,
            kind=item.published.kind,
            body=item.published.body,
            concepts=tuple(item.published.concepts_then),
            difficulty=item.published.difficulty,
            seconds=item.published.seconds,
        )
        for item in items
        if item.published is not None
    ]
    return write(leaving, read_picture)
