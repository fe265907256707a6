"""An import is taken back as a whole: its drafts go, and what it changed is restored, unless it was edited since."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from questions.bank.drafts import save_draft
from questions.bank.import_acts import Draft, note_undo
from questions.bank.imports import CHUNK, state_of
from questions.bank.locks import lock_course
from questions.models import Author, Concept, Course, Import, ImportedItem, Item, ItemVersion


@dataclass
class UndoReport:
    """The slugs of items that were deleted, restored, and left alone since they were edited or published."""

    deleted: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def undo_import(
    made: Import, by: Author | None = None, keep: Callable[[UndoReport], None] = lambda report: None
) -> UndoReport:
    """Delete the drafts that an import made, and restore those that it changed, 100 in a transaction; refreshes `made`.

    What was edited or published since is left as it is. The same file can be imported again afterwards. It may be
    stopped at any time, and run again. `keep` is called in each transaction with what was done until then.
    """
    report = UndoReport(**(made.taken_back or {}))
    rows = made.rows.select_related("item").order_by("-pk")
    while True:
        with transaction.atomic():
            course = lock_course(made.course_id)
            chunk = list(rows[:CHUNK])
            published = set(ItemVersion.objects.filter(item__imported__in=chunk).values_list("item", flat=True))
            before = {row.pk: Draft.of(row.item) for row in chunk}
            restored = {row.pk: _undo(course, row, report, published, by) for row in chunk}
            deleted = [row.item for row in chunk if restored[row.pk] is None]
            report.deleted += [item.slug for item in deleted]
            acts = [(row.item, before[row.pk], Draft.of(item) if (item := restored[row.pk]) else None) for row in chunk]
            note_undo(made, by, [act for act in acts if act[1] != act[2]])
            made.rows.filter(pk__in=[row.pk for row in chunk]).delete()
            Item.objects.filter(pk__in=[item.pk for item in deleted]).delete()
            made.taken_back = vars(report)
            made.undone_at = None if chunk else timezone.now()
            made.save(update_fields=["taken_back", "undone_at"])
            keep(report)
        if not chunk:
            return report


def _undo(
    course: Course, row: ImportedItem, report: UndoReport, published: Collection[int], by: Author | None
) -> Item | None:
    """Restore what an import changed, or leave it as it is; returns the item, None where it is to be deleted."""
    item, before = row.item, row.before
    if state_of(item) != row.stored or (before is None and item.pk in published):
        report.kept.append(item.slug)
    elif before is None:
        return None
    else:
        tags = Concept.objects.in_bulk(before["concepts"])
        item = save_draft(
            course,
            item.slug,
            before["kind"],
            before["draft"],
            [tags[key] for key in before["concepts"] if key in tags],
            difficulty=before["difficulty"],
            seconds=before["seconds"],
            by=by,
        )
        report.restored.append(item.slug)
    return item
