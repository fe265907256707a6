"""Requests of the API: whose they are, and their query parameters."""

from __future__ import annotations

from rest_framework.exceptions import APIException
from rest_framework.request import Request

from questions import whole_numbers
from quizzes.models import Student


class InvalidFields(APIException):
    """400, with a message for each field."""

    status_code = 400
    default_detail = "Some fields are not right; see errors."

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__()
        self.errors = errors


class StudentRequest(Request):
    """A request of someone who is logged in, as every call here requires."""

    user: Student


def read_whole_number(request: StudentRequest, name: str, *, default: int, maximum: int) -> int:
    """Return the query parameter `name`, a whole number from 1 to `maximum`. Raises InvalidFields."""
    number = whole_numbers.read_whole_number(request.query_params.get(name, str(default)), 1, maximum)
    if number is None:
        raise InvalidFields({name: [f"Use a whole number from 1 to {maximum}."]})
    return number
