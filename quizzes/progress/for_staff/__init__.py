"""What the staff of a course see of its students: a page for each, their answers as people read them, the gradebook.

Who may see it is for the edges to ask. Each night `measure_courses` stores how students stand; everything else reads.
"""

from quizzes.progress.for_staff.answer_history import (
    HistoryFilter,
    count_withheld,
    list_events,
    list_refused,
    load_presentations,
)
from quizzes.progress.for_staff.at_risk import StudentRow, load_students, load_watch, sort_by_need
from quizzes.progress.for_staff.course_overview import CourseOverview, load_course_overview
from quizzes.progress.for_staff.gradebook import (
    Attempt,
    Gradebook,
    GradebookRow,
    Mark,
    counts_of,
    decide_mark,
    load_gradebook,
)
from quizzes.progress.for_staff.plan_kept import PlannedDay, load_planned_days
from quizzes.progress.for_staff.standings import ask_standings, measure_course, measure_courses
from quizzes.progress.for_staff.student_sheet import StudentSheet, find_enrolment, load_student_sheet

__all__ = [
    "Attempt",
    "CourseOverview",
    "Gradebook",
    "GradebookRow",
    "HistoryFilter",
    "Mark",
    "PlannedDay",
    "StudentRow",
    "StudentSheet",
    "ask_standings",
    "count_withheld",
    "counts_of",
    "decide_mark",
    "find_enrolment",
    "list_events",
    "list_refused",
    "load_course_overview",
    "load_gradebook",
    "load_planned_days",
    "load_presentations",
    "load_student_sheet",
    "load_students",
    "load_watch",
    "measure_course",
    "measure_courses",
    "sort_by_need",
]
