"""Notes of staff about students: everybody on the staff of a course reads them, and each changes what is their own."""

from __future__ import annotations

from datetime import datetime

from quizzes.models import Enrolment, StaffNote, Student
from quizzes.notebook.pages import NoteError

MAX_STAFF_NOTE = 4000
"""Characters of a note of staff."""


def list_staff_notes(about: Enrolment) -> list[StaffNote]:
    """Return the notes about a student in a course, the newest first; one query."""
    notes = StaffNote.objects.filter(course=about.course_id, student=about.student_id)
    return list(notes.select_related("author"))


def write_staff_note(about: Enrolment, author: Student, text: str, now: datetime) -> StaffNote:
    """Keep a note about a student. Raises NoteError."""
    return StaffNote.objects.create(
        course_id=about.course_id, student_id=about.student_id, author=author, text=_check(text), written_at=now
    )


def change_staff_note(note: int, about: Enrolment, author: Student, text: str, now: datetime) -> bool:
    """Put a text in place of the author's own note; an empty one takes it away. Raises NoteError.

    Return whether there is such a note.
    """
    notes = StaffNote.objects.filter(pk=note, course=about.course_id, student=about.student_id, author=author)
    if not text.strip():
        return bool(notes.delete()[0])
    return bool(notes.update(text=_check(text), changed_at=now))


def _check(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise NoteError("Write something first.")
    if len(text) > MAX_STAFF_NOTE:
        raise NoteError(f"A note has at most {MAX_STAFF_NOTE} characters; this has {len(text)}.")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise NoteError("This contains a character that cannot be stored.")
    return text
