"""Bookmarks and notes: a page for each question, and all that have something on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Model, OuterRef, Subquery

from questions.current_course import find_named
from questions.models import Course, Item, outside_pools
from questions.text.words import as_title
from quizzes.models import Bookmark, Note, Student
from quizzes.models.statements import Parameter, Prepared, number

MAX_NOTE = 10_000
"""Characters of a note."""


class NoteError(ValueError):
    """A note cannot be kept; says why."""


@dataclass(frozen=True)
class NotebookPage:
    """What a student keeps beside one question."""

    is_bookmarked: bool
    note: str


@dataclass(frozen=True)
class Entry:
    """A question with a bookmark, a note, or both; the newest first."""

    item: int
    slug: str
    course: str
    """Its slug."""
    concept: str
    is_bookmarked: bool
    note: str
    changed_at: datetime

    @property
    def name(self) -> str:
        """Its slug, as words."""
        return as_title(self.slug)


def find_item(student: Student, slug: str, course: str | None = None) -> Item:
    """Return the question of this slug that the student's courses ask in practice. Raises Http404.

    Without a `course`, by its slug, that of the current course.
    """
    theirs = Item.objects.filter(outside_pools(), course__enrolments__student=student, published__isnull=False)
    return find_named(theirs.exclude(course__state=Course.State.DRAFT), student, slug, course)


def page_columns(student: Parameter, item: str = "pk") -> dict[str, Exists | Subquery]:
    """Return what the student keeps beside a question as columns of a query, which `item` leads to the question of."""
    kept = Bookmark.objects.filter(student=student, item=OuterRef(item))
    notes = Note.objects.filter(student=student, item=OuterRef(item))
    return {"is_bookmarked": Exists(kept), "note": Subquery(notes.values("text"))}


_PAGE = Prepared(
    lambda: (
        Item.objects.filter(pk=number("item"))
        .annotate(**page_columns(number("student")))
        .values_list(*page_columns(number("student")))
    )
)


def load_page(student: Student, item: int) -> NotebookPage:
    """Load what the student keeps beside a question; one query."""
    ((is_bookmarked, note),) = _PAGE.run(student=student.pk, item=item)
    return NotebookPage(bool(is_bookmarked), note or "")


def read_page(row: Model) -> NotebookPage:
    """Return the same of a row that was loaded with its columns; no query."""
    columns = vars(row)
    return NotebookPage(bool(columns["is_bookmarked"]), columns["note"] or "")


def bookmark(student: Student, item: int, now: datetime, *, on: bool) -> None:
    """Set a bookmark, or take it away; idempotent."""
    if on:
        Bookmark.objects.get_or_create(student=student, item_id=item, defaults={"made_at": now})
    else:
        Bookmark.objects.filter(student=student, item=item).delete()


def read_note(student: Student, item: int) -> Note | None:
    """Return the student's note on a question; None where there is none."""
    return Note.objects.filter(student=student, item=item).first()


def write_note(student: Student, item: int, text: str, now: datetime) -> None:
    """Keep a note in place of the one before; an empty one takes it away. Raises NoteError."""
    text = text.replace("\r\n", "\n").strip()
    if len(text) > MAX_NOTE:
        raise NoteError(f"A note has at most {MAX_NOTE} characters; this has {len(text)}.")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise NoteError("This contains a character that cannot be stored.")
    if text:
        Note.objects.update_or_create(student=student, item_id=item, defaults={"text": text, "changed_at": now})
    else:
        Note.objects.filter(student=student, item=item).delete()


def list_entries(student: Student) -> list[Entry]:
    """Return all questions with a bookmark or a note, the newest first; three queries."""
    made = dict(Bookmark.objects.filter(student=student).values_list("item", "made_at"))
    notes = {note.item_id: note for note in Note.objects.filter(student=student)}
    changed = {item: note.changed_at for item, note in notes.items()}
    items = Item.objects.filter(outside_pools(), pk__in={*made, *notes}, published__isnull=False)
    main = items.filter(published__tags__position=0).values_list(
        "pk", "slug", "course__slug", "published__tags__concept__name"
    )
    entries = [
        Entry(
            item=pk,
            slug=slug,
            course=course,
            concept=concept,
            is_bookmarked=pk in made,
            note=notes[pk].text if pk in notes else "",
            changed_at=max(at for at in (made.get(pk), changed.get(pk)) if at),
        )
        for pk, slug, course, concept in main
    ]
    return sorted(entries, key=lambda entry: (entry.changed_at, entry.item), reverse=True)
