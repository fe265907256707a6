"""Taking back the last answer."""

from __future__ import annotations

from datetime import date

from quizzes.models import ReviewEvent, Student


def last_undoable(student: Student, study_date: date) -> ReviewEvent | None:
    """The student's last event, if it is an answer of that study day which may be taken back.

    Answers in a sitting count for the exam, and stand.
    """
    last = student.review_events.select_related("presentation").order_by("-sequence").first()
    if last is None or last.type != ReviewEvent.Type.REVIEW or last.undone or last.study_date != study_date:
        return None
    return None if last.presentation and last.presentation.in_sitting else last
