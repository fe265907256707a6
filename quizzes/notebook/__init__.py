"""What a student keeps beside questions: bookmarks, private notes, and the history of the answers to each.

`load_page` is what stands beside one question, or `read_page` of a row that was loaded with its `page_columns`;
`list_entries` is the whole notebook; `bookmark` and `write_note` change
it. `list_answers` says how a question went each time, and what that did to its memory. Staff keep notes about students.
"""

from quizzes.notebook.history import PastAnswer, list_answers
from quizzes.notebook.pages import (
    MAX_NOTE,
    Entry,
    NotebookPage,
    NoteError,
    bookmark,
    find_item,
    list_entries,
    load_page,
    page_columns,
    read_note,
    read_page,
    write_note,
)
from quizzes.notebook.staff_notes import MAX_STAFF_NOTE, change_staff_note, list_staff_notes, write_staff_note

__all__ = [
    "MAX_NOTE",
    "MAX_STAFF_NOTE",
    "Entry",
    "NoteError",
    "NotebookPage",
    "PastAnswer",
    "bookmark",
    "change_staff_note",
    "find_item",
    "list_answers",
    "list_entries",
    "list_staff_notes",
    "load_page",
    "page_columns",
    "read_note",
    "read_page",
    "write_note",
    "write_staff_note",
]
