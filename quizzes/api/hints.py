"""Hints of a question, taken one by one before its answer."""

from __future__ import annotations

import uuid
from typing import Annotated

from django.http import Http404
from drf_spectacular.utils import extend_schema
from pydantic import Field
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.text import markup
from quizzes import presentations
from quizzes.api.requests import StudentRequest
from quizzes.models import Presentation


class HintPayload(TypedDict):
    """A hint, in Markdown and as sanitised HTML."""

    text: str
    text_html: str


class TakenHintsPayload(TypedDict):
    """The hints that were taken, in their order, and how many there are yet."""

    hints: list[HintPayload]
    left: Annotated[int, Field(description="With any hint taken, a right answer is rated hard at most.")]


class NoHint(APIException):
    """409: the question is answered, or stands in an exam."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "no_hint"


class HintView(APIView):
    """The hints of a question that were taken (GET), and one more (POST).

    A hint costs part of the rating: a right answer with hints is rated hard at most. Exams have none.
    """

    @extend_schema(responses=TakenHintsPayload)
    def get(self, request: StudentRequest, id: uuid.UUID) -> Response:
        """List the hints that were taken."""
        return Response(_payload(presentations.taken_hints(_find(request, id))))

    @extend_schema(request=None, responses=TakenHintsPayload)
    def post(self, request: StudentRequest, id: uuid.UUID) -> Response:
        """Take one more hint; a right answer is rated hard at most then."""
        try:
            return Response(_payload(presentations.take_hint(request.user, _find(request, id))))
        except presentations.NoHintError as error:
            raise NoHint(str(error)) from None


def _find(request: StudentRequest, id: uuid.UUID) -> Presentation:
    presentation = presentations.find_asked(request.user, id)
    if presentation is None:
        raise Http404("There is no such question.")
    return presentation


def _payload(taken: presentations.TakenHints) -> TakenHintsPayload:
    return {"hints": [{"text": text, "text_html": markup.render(text)} for text in taken.texts], "left": taken.left}
