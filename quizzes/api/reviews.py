"""Reporting what happened on a device: answers, and what was undone, buried, suspended or resumed."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from quizzes import reviews, schedule
from quizzes.api.requests import InvalidFields, StudentRequest


class ReviewBatch(APIView):
    """Report what happened on a device: each event is accepted, a duplicate, a conflict or rejected on its own."""

    @extend_schema(request=reviews.Batch, responses=reviews.BatchResultPayload)
    def post(self, request: StudentRequest) -> Response:
        try:
            return Response(schedule.answer(request.user, request.data))
        except reviews.BatchError as error:
            raise InvalidFields(error.errors) from None
