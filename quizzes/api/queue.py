"""What to review now."""

from __future__ import annotations

from typing import Annotated

from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import Field
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.json_types import Date, Instant
from quizzes import presentations, schedule
from quizzes.api.requests import StudentRequest, read_whole_number
from quizzes.calendar import format_instant
from quizzes.presentations import PresentationPayload

MAX_QUEUE = 100


class CountsPayload(TypedDict):
    """How many of today's questions are due, new, done, and forgotten and not to be asked again just yet."""

    due: int
    new: int
    done: int
    waiting: int


class QueuePayload(TypedDict):
    """What to review now, best first, of the plan of a study day."""

    date: Date
    planned_seconds: int
    done_seconds: int
    counts: CountsPayload
    waits_until: Annotated[Instant | None, Field(description="When the first of those waiting is asked again.")]
    results: list[PresentationPayload]


class QueueView(APIView):
    """What to review now, best first."""

    @extend_schema(
        parameters=[OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_QUEUE, "default": 20})],
        responses=QueuePayload,
    )
    def get(self, request: StudentRequest) -> Response:
        queue = schedule.load_queue(
            request.user, limit=read_whole_number(request, "limit", default=20, maximum=MAX_QUEUE)
        )
        payload: QueuePayload = {
            "date": queue.day.date.isoformat(),
            "planned_seconds": queue.planned_seconds,
            "done_seconds": queue.done_seconds,
            "counts": {"due": queue.due, "new": queue.new, "done": queue.done, "waiting": queue.waiting},
            "waits_until": format_instant(queue.waits_until) if queue.waits_until else None,
            "results": [presentations.payload(each) for each in queue.presentations],
        }
        return Response(payload)
