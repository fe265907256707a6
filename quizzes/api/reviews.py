"""Reporting what happened on a device: answers, and what was undone, buried, suspended or resumed."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from quizzes import reviews, schedule
from quizzes.api.requests import InvalidFields, StudentRequest

QUIET = OpenApiParameter(
    "quiet",
    {"type": "string", "enum": ["0", "1"], "default": "0"},
    description="`1` leaves out the results of which there is nothing to say but that they were accepted.",
)


class ReviewBatch(APIView):
    """Report what happened on a device: each event is accepted, a duplicate, a conflict or rejected on its own."""

    @extend_schema(parameters=[QUIET], request=reviews.Batch, responses=reviews.BatchResultPayload)
    def post(self, request: StudentRequest) -> Response:
        try:
            is_quiet = request.query_params.get("quiet") == "1"
            return Response(schedule.answer(request.user, request.data, quiet=is_quiet))
        except reviews.BatchError as error:
            raise InvalidFields(error.errors) from None
