"""What to review now."""

from __future__ import annotations

from typing import Annotated

from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import Field
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.json_types import Date, Instant
from quizzes import presentations, reviews, schedule
from quizzes.api.requests import StudentRequest, read_whole_number
from quizzes.calendar import format_instant
from quizzes.presentations import PresentationPayload
from quizzes.reviews import ToReadPayload

MAX_QUEUE = 100
LIMIT = OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_QUEUE, "default": 20})


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
    reading: Annotated[
        list[ToReadPayload], Field(description="Sections to read before the cards that wait for them, in order.")
    ]
    results: list[PresentationPayload]


def queue_payload(queue: schedule.Queue) -> QueuePayload:
    """Return the queue as a client reads it."""
    return {
        "date": queue.day.date.isoformat(),
        "planned_seconds": queue.planned_seconds,
        "done_seconds": queue.done_seconds,
        "counts": {"due": queue.due, "new": queue.new, "done": queue.done, "waiting": queue.waiting},
        "waits_until": format_instant(queue.waits_until) if queue.waits_until else None,
        "reading": reviews.show_sections(queue.reading.to_read),
        "results": [presentations.payload(each) for each in queue.presentations],
    }


class QueueView(APIView):
    """What to review now, best first."""

    @extend_schema(parameters=[LIMIT], responses=QueuePayload)
    def get(self, request: StudentRequest) -> Response:
        return Response(load_queue(request))


def load_queue(request: StudentRequest) -> QueuePayload:
    """Return the caller's queue, with as many questions as the call asks for. Raises InvalidFields."""
    limit = read_whole_number(request, "limit", default=20, maximum=MAX_QUEUE)
    return queue_payload(schedule.load_queue(request.user, limit=limit))
