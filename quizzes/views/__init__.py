"""The pages of a student's day: each view reads the request, calls an operation, and shows what it gave."""

from typing import Any

from django.http import HttpRequest


class StudentRequest(HttpRequest):
    """A request of someone who is logged in."""

    user: Any
