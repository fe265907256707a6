"""A student says that something is wrong with a question."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from pydantic import Field
from rest_framework import serializers, status
from rest_framework.exceptions import Throttled
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.json_types import Instant, one_of
from quizzes.api.requests import InvalidFields, StudentRequest
from quizzes.calendar import format_instant
from quizzes.exams import corrections
from quizzes.models import Presentation, QuestionReport


class ReportPayload(TypedDict):
    """A report that instructors have in their queue."""

    id: int
    category: Annotated[str, one_of(QuestionReport.Category.values)]
    text: Annotated[str, Field(max_length=corrections.MAX_TEXT)]
    made_at: Instant


class ReportSerializer(serializers.Serializer[Any]):
    """What is wrong, and in words."""

    category = serializers.ChoiceField(QuestionReport.Category.choices)
    text = serializers.CharField(max_length=corrections.MAX_TEXT, allow_blank=True, default="")


class ReportView(APIView):
    """Say that something is wrong with a question that was put to the caller, answered or not, also in an exam.

    Instructors answer, which is read on Today. Some twenty a day are taken.
    """

    @extend_schema(request=ReportSerializer, responses={201: ReportPayload})
    def post(self, request: StudentRequest, id: uuid.UUID) -> Response:
        said = ReportSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        try:
            made = corrections.report(request.user, id, **said.validated_data, now=timezone.now())
        except Presentation.DoesNotExist:
            raise Http404("There is no such question.") from None
        except corrections.ReportError as error:
            raise InvalidFields({"text": [str(error)]}) from None
        except corrections.TooManyReportsError as error:
            raise Throttled(wait=error.wait, detail=str(error)) from None
        payload: ReportPayload = {
            "id": made.pk,
            "category": made.category,
            "text": made.text,
            "made_at": format_instant(made.made_at),
        }
        return Response(payload, status=status.HTTP_201_CREATED)
