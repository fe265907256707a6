"""Students join a course and leave it by themselves: openly, by its code, or by its link, which holds the code."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from questions.models import Course
from questions.windows import count_in_window
from quizzes import schedule
from quizzes.courses.students import remove_students
from quizzes.models import Enrolment

if TYPE_CHECKING:
    from quizzes.models import Student

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
"""No sign is taken for another, and there are no vowels to make words of."""
LENGTH = 8
GUESSES = 10
"""Codes of no course that one account may try in a window."""
WINDOW = 3600
"""Seconds."""
Way = Literal["open", "code", "closed"]


class JoinError(ValueError):
    """A course cannot be joined; `code` tells programs why: `closed`, or `code` where it is not the course's."""

    def __init__(self, code: Literal["closed", "code"], message: str) -> None:
        super().__init__(message)
        self.code = code


class TooManyGuessesError(Exception):
    """No code is tried now."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("You have tried too many wrong codes. Wait a little, or ask for the link.")
        self.retry_after = retry_after
        """Whole seconds to wait."""


def make_code() -> str:
    """Return a code that nobody guesses: one of 27⁸."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(typed: str) -> str:
    """Return a code as it is stored, of however it was typed."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())[: 2 * LENGTH]


def join_link(course: Course) -> str:
    """Return the address that lets whoever has it join; the course must have a code."""
    address: str = settings.SITE_URL + reverse("join-by-code", args=[course.join_code])
    return address


def way_into(course: Course) -> Way:
    """Return how one joins a course by oneself now: by invitation or as listed is `closed`."""
    if course.state != Course.State.OPEN:
        return "closed"
    if course.joining == Course.Joining.OPEN:
        return "open" if course.visible_to == Course.Visibility.EVERYBODY else "code"
    return "code" if course.joining == Course.Joining.CODE else "closed"


def find_by_code(typed: str, student: Student) -> Course | None:
    """Return the course of a code; one query. Raises TooManyGuessesError.

    A course that nobody joins by code has none: it is as if the code were wrong.
    """
    window = count_in_window(f"join:{student.pk}", WINDOW)
    if window.count > GUESSES:
        raise TooManyGuessesError(window.retry_after)
    code = read_code(typed)
    course = Course.objects.filter(join_code=code).first() if code else None
    if course is None or (way_into(course) == "closed" and not is_enrolled(student, course)):
        return None
    window.take_back()
    return course


def is_enrolled(student: Student, course: Course) -> bool:
    """Whether the student is in the course."""
    return course.enrolments.filter(student=student).exists()


def join(student: Student, course: Course, now: datetime, *, typed: str = "") -> tuple[Enrolment, bool]:
    """Enrol the student, by the code that was typed where the course asks for one; and whether they are new.

    Idempotent. Raises JoinError, and TooManyGuessesError where a code is asked for.
    """
    enrolment = course.enrolments.filter(student=student).first()
    if enrolment is not None:
        return enrolment, False
    way = way_into(course)
    if way == "closed":
        raise JoinError("closed", "You cannot join this course by yourself now. Ask the people who run it.")
    if way == "code" and (not typed or find_by_code(typed, student) != course):
        raise JoinError(
            "code", "This is not the code of the course. Ask the people who run it for the code or the link."
        )
    with transaction.atomic():
        enrolment = schedule.enrol(student, course, now=now)
        student.current_course = course
        student.save(update_fields=["current_course"])
    return enrolment, True


@transaction.atomic
def leave(student: Student, course: Course, now: datetime) -> bool:
    """Take the student out of the course, at their own wish; returns whether they were in it.

    What they did stays theirs, and is there again where they come back.
    """
    enrolment = course.enrolments.select_related("student").filter(student=student).first()
    if enrolment is None:
        return False
    remove_students([enrolment], now)
    return True
