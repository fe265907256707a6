"""What a student has done, and what comes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from quizzes import schedule
from quizzes.api.exams import ExamSerializer, exam_payload
from quizzes.api.requests import StudentRequest
from quizzes.progress import progress


class BinSerializer(serializers.Serializer[Any]):
    predicted = serializers.FloatField()
    observed = serializers.FloatField()
    n = serializers.IntegerField()


class MasterySerializer(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    mastery = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class ProgressSerializer(serializers.Serializer[Any]):
    streak = serializers.IntegerField(help_text="Study days in a row.")
    reviews_by_day = serializers.DictField(child=serializers.IntegerField(), help_text="Answers by date, of a year.")
    forecast_by_day = serializers.DictField(child=serializers.IntegerField(), help_text="Items that come due by date.")
    calibration = BinSerializer(many=True)
    retention = serializers.FloatField(allow_null=True, help_text="Right among those seen before, of 30 days.")
    concepts = MasterySerializer(many=True)
    exams = ExamSerializer(many=True)


class ProgressView(APIView):
    """What the caller has done, how well that was predicted, and what comes."""

    @extend_schema(responses=ProgressSerializer)
    def get(self, request: StudentRequest) -> Response:
        found = progress.progress(request.user)
        mastery = progress.mastery(request.user)
        return Response(
            {
                "streak": found.streak,
                "reviews_by_day": {day.isoformat(): count for day, count in found.reviews_by_day.items()},
                "forecast_by_day": {day.isoformat(): count for day, count in found.forecast_by_day.items()},
                "calibration": [asdict(one) for one in found.calibration],
                "retention": found.retention,
                "concepts": [{"slug": slug, **asdict(one)} for slug, one in mastery.items()],
                "exams": [exam_payload(one) for one in schedule.forecast_scores(request.user)],
            }
        )
