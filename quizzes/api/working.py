"""Questions that are worked by hand: their steps, shown or filled in."""

from __future__ import annotations

import uuid
from typing import Annotated, NotRequired

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from pydantic import Field
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.api import COURSE, course_of
from questions.kinds import ResponseError
from quizzes import lessons, notebook, presentations
from quizzes.api.requests import InvalidFields, StudentRequest
from quizzes.presentations import PresentationPayload, ShownStepPayload


class WorkPayload(TypedDict):
    """A question that is worked by hand, its steps up to the one that is to be filled in."""

    presentation: PresentationPayload
    total: Annotated[int, Field(description="How many steps there are.")]
    shown: Annotated[int, Field(description="How many were shown from the start.")]
    steps: list[ShownStepPayload]
    done: Annotated[bool, Field(description="Then send an event of type `practice`, with each step's `response`.")]
    correct: NotRequired[Annotated[bool, Field(description="Whether what was just filled in is right.")]]


class NoWork(APIException):
    """409: the question has no steps, or stands in an exam."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "no_work"


class StepSerializer(serializers.Serializer[object]):
    """A step's number as typed, `{"value": "0.25"}`, or `{"dont_know": true}` to be shown it."""

    step = serializers.IntegerField(min_value=0, help_text="Its place, from 0.")
    response = serializers.DictField()


class ItemWork(APIView):
    """Work a question by hand: the one that is not finished, else one with new numbers.

    At first all steps are shown but the last; each time it was worked to its end, one less.
    """

    @extend_schema(parameters=[COURSE], request=None, responses=WorkPayload)
    def post(self, request: StudentRequest, item: str) -> Response:
        question = notebook.find_item(request.user, item, course_of(request))
        try:
            return Response(_payload(lessons.work_on(request.user, question, timezone.now())))
        except presentations.NoWorkError as error:
            raise NoWork(str(error)) from None


class WorkView(APIView):
    """A question that is worked by hand (GET), and a step filled in (POST): one that is right stands."""

    @extend_schema(responses=WorkPayload)
    def get(self, request: StudentRequest, id: uuid.UUID) -> Response:
        """Read how far a question is that is worked by hand."""
        return Response(_payload(_find(request, id)))

    @extend_schema(request=StepSerializer, responses=WorkPayload)
    def post(self, request: StudentRequest, id: uuid.UUID) -> Response:
        """Fill a step in; one that is right stands."""
        work = _find(request, id)
        sent = StepSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        response = sent.validated_data["response"]
        try:
            after = presentations.fill_in(request.user, work, sent.validated_data["step"], response)
        except presentations.NoWorkError as error:
            raise NoWork(str(error)) from None
        except ResponseError as error:
            raise InvalidFields({f"response.{error.field}": [error.message]}) from None
        return Response({**_payload(after or work), "correct": after is not None and "value" in response})


def _find(request: StudentRequest, id: uuid.UUID) -> presentations.Work:
    work = lessons.find_work(request.user, id)
    if work is None:
        raise Http404("There is no such question.")
    return work


def _payload(work: presentations.Work) -> WorkPayload:
    return {
        "presentation": presentations.payload(work.presentation),
        "total": len(work.steps),
        "shown": work.state["shown"],
        "steps": presentations.shown_steps(work),
        "done": work.is_done,
    }
