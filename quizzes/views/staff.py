"""What the pages of a course's staff share: which course it is, and what one may do there."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse

from questions import roles
from questions.models import Course
from questions.roles import Act
from questions.whole_numbers import read_whole_number
from quizzes.models import Enrolment, Section, Student
from quizzes.progress import for_staff


def get_course(user: Student, slug: str, act: Act = Act.SEE_STUDENTS) -> Course:
    """Return the course in which the user may do this. Raises Http404."""
    course = Course.objects.filter(slug=slug).first()
    if course is None or not roles.may(user, act, course):
        raise Http404("There is no such course.")
    return course


def get_enrolment(user: Student, slug: str, username: str, act: Act = Act.SEE_STUDENTS) -> Enrolment:
    """Return the enrolment of a student of a course in which the user may do this. Raises Http404."""
    enrolment = for_staff.find_enrolment(get_course(user, slug, act), username)
    if enrolment is None:
        raise Http404("There is no such student.")
    return enrolment


def address_of(enrolment: Enrolment, page: str = "student") -> str:
    """Return the address of a student's page, or of another page about them."""
    return reverse(page, args=[enrolment.course.slug, enrolment.student.get_username()])


def manages(user: Student, course: Course) -> bool:
    """Whether the user chooses who is in the course."""
    return roles.may(user, Act.MANAGE, course)


def list_sections(course: Course, asked: str) -> tuple[list[Section], int | None]:
    """Return a course's sections, and the key of the one that is asked for by its key; None: all of the course."""
    sections = list(Section.objects.filter(course=course))
    key = read_whole_number(asked, 1, 2**62)
    return sections, next((section.pk for section in sections if section.pk == key), None)


def has_name(student: Student, words: str) -> bool:
    """Whether all these words stand in a student's name, username or address."""
    return has_words(words, student.get_full_name(), student.get_username(), student.email)


def has_words(words: str, *names: str) -> bool:
    """Whether all the words stand in what somebody is called."""
    called = " ".join(names).casefold()
    return all(word in called for word in words.casefold().split())
