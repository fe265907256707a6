"""A question was wrong: how its answers count is mended, with all that follows from them, and students are told.

A correction is a fact that an instructor writes (`bank.write_correction`); from then on answers are judged by it.
`apply` has those that were given before graded anew: marks, lines of the log, memory states, sittings and statistics,
chunk by chunk of students (`regrade`). A later fact that takes it back is applied in the same way.

Students say what is wrong (`report`), and are told what became of it.
"""

from quizzes.exams.corrections.notices import list_notices, read_notice
from quizzes.exams.corrections.previewing import SHOWN, Preview, StudentRow, answer_texts, preview
from quizzes.exams.corrections.regrading import Progress, apply, regrade, regrade_waiting
from quizzes.exams.corrections.reporting import (
    MAX_TEXT,
    ReportError,
    TooManyReportsError,
    answer_report,
    list_reports,
    load_reported,
    report,
)

__all__ = [
    "MAX_TEXT",
    "SHOWN",
    "Preview",
    "Progress",
    "ReportError",
    "StudentRow",
    "TooManyReportsError",
    "answer_report",
    "answer_texts",
    "apply",
    "list_notices",
    "list_reports",
    "load_reported",
    "preview",
    "read_notice",
    "regrade",
    "regrade_waiting",
    "report",
]
