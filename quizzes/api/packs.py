"""Presentations for a client that goes offline."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.api import revalidated
from quizzes import presentations, schedule
from quizzes.api.requests import StudentRequest, read_whole_number
from quizzes.presentations import AnsweredPresentationPayload

MAX_PACK_DAYS = 30


class PackPayload(TypedDict):
    """Questions for `days` days, with all that is needed to grade them offline."""

    days: int
    results: list[AnsweredPresentationPayload]


@revalidated
class PackView(APIView):
    """Questions for some days, with keys, for a client that goes offline; never those of an exam.

    Answers go to `reviews/batch/` when it is back. `ETag` and 304 save sending the same pack again.
    """

    @extend_schema(
        parameters=[
            OpenApiParameter("days", {"type": "integer", "minimum": 1, "maximum": MAX_PACK_DAYS, "default": 7}),
            OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="The ETag of an earlier pack."),
        ],
        responses={200: PackPayload, 304: None},
    )
    def get(self, request: StudentRequest) -> Response:
        days = read_whole_number(request, "days", default=7, maximum=MAX_PACK_DAYS)
        results = [presentations.answered_payload(each) for each in schedule.build_pack(request.user, days)]
        pack: PackPayload = {"days": days, "results": results}
        return Response(pack)
