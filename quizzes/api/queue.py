"""What to review now."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from quizzes import presentations, schedule
from quizzes.api.presentations import PresentationSerializer
from quizzes.api.requests import StudentRequest, whole_number

MAX_QUEUE = 100


class CountsSerializer(serializers.Serializer[Any]):
    due = serializers.IntegerField()
    new = serializers.IntegerField()
    done = serializers.IntegerField()


class QueueSerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    planned_seconds = serializers.IntegerField()
    done_seconds = serializers.IntegerField()
    counts = CountsSerializer()
    results = PresentationSerializer(many=True)


class QueueView(APIView):
    """What to review now, best first."""

    @extend_schema(
        parameters=[OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_QUEUE, "default": 20})],
        responses=QueueSerializer,
    )
    def get(self, request: StudentRequest) -> Response:
        queue = schedule.load_queue(request.user, limit=whole_number(request, "limit", default=20, maximum=MAX_QUEUE))
        return Response(
            {
                "date": queue.day.date.isoformat(),
                "planned_seconds": queue.planned_seconds,
                "done_seconds": queue.done_seconds,
                "counts": {"due": queue.due, "new": queue.new, "done": queue.done},
                "results": [presentations.payload(one) for one in queue.presentations],
            }
        )
