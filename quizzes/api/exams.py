"""The exams of a student's courses, with dates and expected scores."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.views import APIView

from quizzes import schedule
from quizzes.api.requests import StudentRequest
from quizzes.calendar import instant


class ExamSerializer(serializers.Serializer[Any]):
    """An exam with its date for the caller, and the score (0-1) to expect as things stand."""

    slug = serializers.SlugField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(["assessment", "viva"])
    minutes = serializers.IntegerField()
    starts_at = serializers.DateTimeField(allow_null=True)
    blueprint = serializers.JSONField()
    expected_score = serializers.FloatField(allow_null=True)
    expected_score_interval = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    expected_score_if_kept = serializers.FloatField(allow_null=True, help_text="Of the next exam, if the plan is kept.")
    expected_score_if_kept_interval = serializers.ListField(child=serializers.FloatField(), allow_null=True)


def exam_payload(one: schedule.ExpectedScore) -> dict[str, Any]:
    return {
        "slug": one.exam.slug,
        "title": one.exam.title,
        "kind": one.exam.kind,
        "minutes": one.exam.minutes,
        "starts_at": instant(one.at) if one.at else None,
        "blueprint": one.exam.blueprint,
        "expected_score": one.now and one.now.score,
        "expected_score_interval": one.now and [one.now.low, one.now.high],
        "expected_score_if_kept": one.kept and one.kept.score,
        "expected_score_if_kept_interval": one.kept and [one.kept.low, one.kept.high],
    }


class ExamListSerializer(serializers.Serializer[Any]):
    results = ExamSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class ExamList(APIView):
    """The exams of the caller's courses, the next one first."""

    @extend_schema(operation_id="exams_list", responses=ExamListSerializer)
    def get(self, request: StudentRequest) -> Response:
        found = schedule.forecast_scores(request.user)
        return Response({"results": [exam_payload(one) for one in found], "next": None})


class ExamDetail(APIView):
    """An exam of one of the caller's courses."""

    @extend_schema(responses=ExamSerializer)
    def get(self, request: StudentRequest, slug: str) -> Response:
        for one in schedule.forecast_scores(request.user):
            if one.exam.slug == slug:
                return Response(exam_payload(one))
        raise NotFound
