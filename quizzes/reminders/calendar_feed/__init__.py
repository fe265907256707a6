"""A student's exams and plans for calendar programs (RFC 5545), at an address that is a secret.

`make_address` makes the address, or a new one in its place, `revoke` ends it. `find_student` says whose an address is,
and `render` writes that student's calendar.
"""

from quizzes.reminders.calendar_feed.addresses import find_student, load_address, make_address, revoke
from quizzes.reminders.calendar_feed.events import render

__all__ = ["find_student", "load_address", "make_address", "render", "revoke"]
