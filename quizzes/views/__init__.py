"""The pages of a student's day: each view reads the request, calls an operation, and shows what it gave."""

from django.http import HttpRequest

from quizzes.models import Student


class StudentRequest(HttpRequest):
    """A request of someone who is logged in."""

    user: Student
