"""What staff see and change: exams and enrolments to edit, results to read, and the log of students to look at.

One module for each thing that is administered; importing this package registers them all.
"""

from quizzes.admin import (
    cards,
    corrections,
    enrolments,
    exams,
    imports,
    items,
    jobs,
    marking,
    memory_fits,
    plans,
    reminders,
    reports,
    reviews,
    sittings,
)

__all__ = [
    "cards",
    "corrections",
    "enrolments",
    "exams",
    "imports",
    "items",
    "jobs",
    "marking",
    "memory_fits",
    "plans",
    "reminders",
    "reports",
    "reviews",
    "sittings",
]
