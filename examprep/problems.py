"""Errors as RFC 9457 problem documents, and the pages of lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, NotRequired

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from pydantic import Field
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler
from typing_extensions import TypedDict

from questions.json_types import one_of
from questions.whole_numbers import read_whole_number

CONTENT_TYPE = "application/problem+json"
FOR_PROGRAMS = ("/api/", "/_allauth/")
"""Where paths begin that programs ask for."""
URN = "urn:examprep:problem:"

PROBLEMS = {
    "invalid": "Some fields are not right; `errors` says which.",
    "parse_error": "The body is no JSON that can be read.",
    "not_authenticated": "Nobody is logged in: log in, and ask again.",
    "authentication_failed": "The session token is not valid any more: log in again.",
    "permission_denied": "The account may not do this before it has what `detail` names.",
    "wrong_code": "The code of the course is wrong.",
    "not_found": "There is nothing here, or it is not yours.",
    "method_not_allowed": "The path does not take this method.",
    "not_acceptable": "JSON alone is given.",
    "conflict": "It does not go with how things stand; `detail` says why.",
    "stale_answer": "Another device saved this answer since: `rev` and `response` are what it has.",
    "early": "The exam cannot be begun yet.",
    "over": "The exam is over.",
    "attempts": "All attempts at the exam are used.",
    "archived": "The course is archived.",
    "bank": "The course has too few questions for this exam.",
    "turn": "It is not the turn of this round.",
    "open": "The sitting is still open: there is no result yet.",
    "day_off": "There is no day off now; `next_on` says when there is.",
    "joining_closed": "Nobody joins this course by themselves.",
    "no_hint": "There is no hint to take here.",
    "no_check": "Parts are not checked here.",
    "no_back": "The question is graded, and not marked by its student.",
    "no_work": "The question has no steps to work by hand.",
    "gone": "It has ended.",
    "too_late": "The deadline has passed, or the sitting is closed.",
    "cursor_gone": "The cursor is too old: empty the mirror, and start again without it.",
    "too_large": "The request holds more than is read; send less at a time.",
    "unsupported_media_type": "Send `application/json`.",
    "throttled": "Too many requests: wait for the seconds of `Retry-After`.",
    "server_error": "Something went wrong on the server.",
    "busy": "The database is busy or away: wait for the seconds of `Retry-After`.",
}
"""What a problem's `code` may be, and what it means; its `type` ends with it. None is ever renamed or given up."""

CODES = {
    400: "invalid",
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    410: "gone",
    413: "too_large",
    415: "unsupported_media_type",
    429: "throttled",
    500: "server_error",
    503: "busy",
}
"""The code of a problem of which its status is all that is known."""


class CursorPages(CursorPagination):
    """Gives lists in pages: `{"results": […], "next": url|null}`."""

    ordering = "pk"
    page_size_query_param = "limit"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        """Return how many entries are asked for, from 1 to 200. Raises ValidationError."""
        sent = request.query_params.get(self.page_size_query_param, str(self.page_size))
        size = read_whole_number(sent, 1, self.max_page_size)
        if size is None:
            raise ValidationError({"limit": [f"Use a whole number from 1 to {self.max_page_size}."]})
        return size

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, object]]:
        """Describe `cursor` and `limit`, with its bounds."""
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                bounds = {"minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
                parameter["schema"] = {"type": "integer", **bounds}
        return parameters

    def get_paginated_response(self, data: object) -> Response:
        return Response({"results": data, "next": self.get_next_link()})

    def get_paginated_response_schema(self, schema: dict[str, object]) -> dict[str, object]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {"type": ["string", "null"], "format": "uri"},
            },
        }


def as_problem(error: Exception, context: dict[str, object]) -> Response | None:
    """Answer every error of the API with a problem document; DRF's exception handler."""
    if isinstance(error, Http404 | PermissionDenied):
        # What belongs to someone else does not exist.
        error = NotFound("There is nothing here, or it is not yours.")
    response = exception_handler(error, context)
    if response is None or not isinstance(error, APIException):
        return response
    errors: Mapping[str, object] | None = getattr(error, "errors", None)
    detail = "Some fields are not right; see errors." if isinstance(error.detail, list | dict) else str(error.detail)
    if isinstance(error, ValidationError):
        errors = error.detail if isinstance(error.detail, dict) else {"body": error.detail}
    code = error.get_codes()
    response.data = problem(
        response.status_code, detail, errors, code if isinstance(code, str) else error.default_code
    ) | getattr(error, "extra", {})
    response.content_type = CONTENT_TYPE
    return response


class Problem(TypedDict):
    """A problem document (RFC 9457). Programs go by `code`; `title` and `detail` are for people."""

    type: Annotated[str, Field(description=f"`{URN}` and the code; it never changes.")]
    title: str
    status: int
    detail: str
    code: Annotated[
        Annotated[str, one_of(PROBLEMS)],
        Field(description="\n".join(f"- `{code}`: {meaning}" for code, meaning in PROBLEMS.items())),
    ]
    errors: NotRequired[Annotated[Mapping[str, object], Field(description="Messages for each field.")]]
    rev: NotRequired[Annotated[int, Field(description="Of an answer that another device saved: its revision.")]]
    next_on: NotRequired[Annotated[str, Field(description="Of a day off: the date from which there is one.")]]
    response: NotRequired[Annotated[object, Field(description="Of an answer that another device saved.")]]


def problem(status: int, detail: str, errors: Mapping[str, object] | None = None, code: str = "") -> Problem:
    """Return the document of one problem; `errors` are messages for each field. By default its status says the code."""
    if code not in PROBLEMS:
        code = CODES.get(status, "invalid")
    document: Problem = {
        "type": URN + code,
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors:
        document["errors"] = errors
    return document


TITLES = {
    400: "Bad request",
    401: "Not logged in",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    410: "Gone",
    413: "Too large",
    415: "Unsupported media type",
    429: "Too many requests",
    500: "Server error",
    503: "Busy",
}


@csrf_exempt
def unknown_path(request: HttpRequest, path: str = "") -> JsonResponse:
    """Answer 404 to a path of the API that does not exist."""
    return JsonResponse(
        problem(404, f"There is no /api/v1/{path} here; see /api/v1/docs/."),
        status=404,
        content_type=CONTENT_TYPE,
    )
