"""What staff see and change: exams and enrolments to edit, results to read, and the log of students to look at.

One module for each thing that is administered; importing this package registers them all.
"""

from quizzes.admin import cards, enrolments, exams, jobs, memory_fits, plans, reminders, reviews, sittings

__all__ = ["cards", "enrolments", "exams", "jobs", "memory_fits", "plans", "reminders", "reviews", "sittings"]
