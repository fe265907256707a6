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
from rest_framework.response import Response
from rest_framework.views import exception_handler
from typing_extensions import TypedDict

CONTENT_TYPE = "application/problem+json"
FOR_PROGRAMS = ("/api/", "/_allauth/")
"""Where paths begin that programs ask for."""


class CursorPages(CursorPagination):
    """Gives lists in pages: `{"results": […], "next": url|null}`."""

    ordering = "pk"
    page_size_query_param = "limit"
    max_page_size = 200

    def get_paginated_response(self, data: object) -> Response:
        return Response({"results": data, "next": self.get_next_link()})

    def get_paginated_response_schema(self, schema: dict[str, object]) -> dict[str, object]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {"type": "string", "format": "uri", "nullable": True},
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
    response.data = problem(response.status_code, detail, errors) | getattr(error, "extra", {})
    response.content_type = CONTENT_TYPE
    return response


class Problem(TypedDict):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: NotRequired[Annotated[Mapping[str, object], Field(description="Messages for each field.")]]
    code: NotRequired[Annotated[str, Field(description="Of a conflict: which.")]]
    rev: NotRequired[Annotated[int, Field(description="Of an answer that another device saved: its revision.")]]
    response: NotRequired[Annotated[object, Field(description="Of an answer that another device saved.")]]


def problem(status: int, detail: str, errors: Mapping[str, object] | None = None) -> Problem:
    """Return the document of one problem; `errors` are messages for each field."""
    document: Problem = {
        "type": "about:blank",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
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
