"""The other side of a question that its student marks: the back of a card, a model answer with its points."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Annotated, NotRequired, cast

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from pydantic import Field
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.json_types import AnyResponse, Instant, Uuid
from questions.kinds import ResponseError
from quizzes import presentations, reviews
from quizzes.api.requests import InvalidFields, StudentRequest
from quizzes.calendar import format_instant


class Answered(TypedDict):
    """What was answered so far, in the shape of a response; what is only thought of needs none."""

    response: NotRequired[AnyResponse]


class PointPayload(TypedDict):
    """A point that an answer should have."""

    id: Annotated[str, Field(description="To be sent back in `points` where the answer has it.")]
    text: str
    text_html: str
    marks: float


class BackPayload(TypedDict):
    """What is shown before an answer is marked by its student."""

    presentation: Uuid
    back: str
    back_html: str
    points: list[PointPayload]
    explanation: str
    explanation_html: str
    solution: str | None
    solution_html: str | None
    due: Annotated[dict[str, Instant | None], Field(description="When it would come back after each rating.")]


class NoBack(APIException):
    """409: the question is graded, and not marked by its student."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "no_back"


class RevealView(APIView):
    """See the answer to a question that one marks oneself; free text has to be written first. Nothing is stored."""

    @extend_schema(request=Answered, responses=BackPayload)
    def post(self, request: StudentRequest, id: uuid.UUID) -> Response:
        presentation = presentations.find_asked(request.user, id)
        if presentation is None:
            raise Http404("There is no such question.")
        sent = request.data if isinstance(request.data, Mapping) else {}
        try:
            back = presentations.turn(presentation, sent.get("response"))
        except presentations.NoBackError as error:
            raise NoBack(str(error)) from None
        except ResponseError as error:
            raise InvalidFields({f"response.{error.field}": [error.message]}) from None
        due = reviews.preview_ratings(request.user, presentation.card, timezone.now())
        shown = presentations.with_html(back)
        dates = {rating: at and format_instant(at) for rating, at in due.items()}
        return Response(cast(BackPayload, {"presentation": str(id), **shown, "due": dates}))
