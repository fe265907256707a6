"""The quick check at the end of a lesson."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.views import APIView

from questions.models import Lesson
from quizzes import presentations
from quizzes.api.presentations import PresentationSerializer
from quizzes.api.requests import StudentRequest
from quizzes.lessons import quick_check


class QuickCheckSerializer(serializers.Serializer[Any]):
    results = PresentationSerializer(many=True)


class QuickCheckView(APIView):
    """The questions at the end of a lesson: four of rising difficulty, the same until the next study day."""

    @extend_schema(responses=QuickCheckSerializer)
    def get(self, request: StudentRequest, slug: str) -> Response:
        return self._questions(request, slug, renew=False)

    @extend_schema(request=None, responses=QuickCheckSerializer)
    def post(self, request: StudentRequest, slug: str) -> Response:
        """Four others."""
        return self._questions(request, slug, renew=True)

    def _questions(self, request: StudentRequest, slug: str, *, renew: bool) -> Response:
        lesson = Lesson.objects.filter(slug=slug, course__enrolments__student=request.user).first()
        if lesson is None:
            raise NotFound
        found = quick_check.quick_check(request.user, lesson, timezone.now(), renew=renew)
        return Response({"results": [presentations.payload(one) for one in found]})
