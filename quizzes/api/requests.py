"""Requests of the API: whose they are, and their query parameters."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from questions import whole_numbers
from quizzes.models import Student


class InvalidFields(APIException):
    """400, with a message for each field."""

    status_code = 400
    default_code = "invalid"
    default_detail = "Some fields are not right; see errors."

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__()
        self.errors = errors


class Conflict(APIException):
    """409; `extra` goes into the problem document."""

    status_code = 409
    default_code = "conflict"

    def __init__(self, detail: str, code: str, **extra: object) -> None:
        super().__init__(detail, code)
        self.extra = extra


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that there are not, which would change nothing without a word."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        unknown = set(self.initial_data) - set(self.fields)
        if unknown:
            raise serializers.ValidationError({name: ["There is no such field."] for name in sorted(unknown)})
        return attrs


class StudentRequest(Request):
    """A request of someone who is logged in, as every call here requires."""

    user: Student


def read_whole_number(request: StudentRequest, name: str, *, default: int, maximum: int, minimum: int = 1) -> int:
    """Return the query parameter `name`, a whole number from `minimum` to `maximum`. Raises InvalidFields."""
    number = whole_numbers.read_whole_number(request.query_params.get(name, str(default)), minimum, maximum)
    if number is None:
        raise InvalidFields({name: [f"Use a whole number from {minimum} to {maximum}."]})
    return number
