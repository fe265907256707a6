"""Search."""

from __future__ import annotations

from typing import Annotated, Literal

from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import Field
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.json_types import Slug, Uri
from quizzes import progress
from quizzes.api.requests import StudentRequest


class FoundPayload(TypedDict):
    """Something in which all words were found."""

    type: Literal["concept", "lesson", "item"]
    slug: Slug
    course: Slug
    title_html: str
    snippet_html: Annotated[str, Field(description="One line, with the words in `<mark>`.")]
    url: Annotated[str, Field(description="Its page; of an item, the caller's last answer to it.")]


class FoundListPayload(TypedDict):
    """All that was found; there is no next page."""

    results: list[FoundPayload]
    meant: Annotated[
        str,
        Field(description="The words that were searched where nothing holds those of `q`; empty where something does."),
    ]
    next: Uri | None


class SearchView(APIView):
    """Concepts, lessons, and items that the caller has answered, in which all words of `q` are found; never a key."""

    @extend_schema(
        parameters=[OpenApiParameter("q", str, description="Words, or beginnings of words.")],
        responses=FoundListPayload,
    )
    def get(self, request: StudentRequest) -> Response:
        matches = progress.find_matches(request.query_params.get("q", ""), request.user)
        payload: FoundListPayload = {
            "results": [
                {
                    "type": hit.type,
                    "slug": hit.slug,
                    "course": hit.course,
                    "title_html": hit.title_html,
                    "snippet_html": hit.snippet_html,
                    "url": hit.url,
                }
                for hit in matches.results
            ],
            "meant": matches.meant,
            "next": None,
        }
        return Response(payload)
