"""Questions in a lesson's page: the quick check at its end, and the variants that it offers to try.

A student's quick check (`ask_quick_check`) is made of presentations of their own cards, answered like any review. A
visitor, and whoever tries a variant in passing, is put a `SampleQuestion`, which is stored nowhere. The lesson's
sections that a student has read are kept as well. `work_on` asks the steps of a solution, one less shown each time.
"""

from quizzes.lessons.quick_check import ask_quick_check, counts_for, load_answers
from quizzes.lessons.reading import (
    Reading,
    SectionStanding,
    State,
    find_section,
    list_sections,
    list_sections_read,
    load_readings,
    mark_section,
)
from quizzes.lessons.sample_questions import (
    SampleAnswer,
    SampleQuestion,
    draw_quick_check,
    draw_showcase,
    draw_variant,
    grade_sample,
    read_answers,
    read_identity,
    read_token,
    sign_answers,
)
from quizzes.lessons.worked import WorkedItem, find_work, list_worked, work_on

__all__ = [
    "Reading",
    "SampleAnswer",
    "SampleQuestion",
    "SectionStanding",
    "State",
    "WorkedItem",
    "ask_quick_check",
    "counts_for",
    "draw_quick_check",
    "draw_showcase",
    "draw_variant",
    "find_section",
    "find_work",
    "grade_sample",
    "list_sections",
    "list_sections_read",
    "list_worked",
    "load_answers",
    "load_readings",
    "mark_section",
    "read_answers",
    "read_identity",
    "read_token",
    "sign_answers",
    "work_on",
]
