"""Answers in."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import APIView

from quizzes import reviews
from quizzes.api.requests import InvalidFields, StudentRequest

MAX_BATCH_BYTES = 1024 * 1024


class EventSerializer(serializers.Serializer[Any]):
    """A review needs `presentation` and `response`; an undo `target`; bury, suspend and resume `card`."""

    id = serializers.UUIDField()
    type = serializers.ChoiceField(["review", "undo", "bury", "suspend", "resume"])
    occurred_at = serializers.DateTimeField()
    presentation = serializers.UUIDField(required=False)
    response = serializers.JSONField(required=False)
    confidence = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=5)
    duration_ms = serializers.IntegerField(required=False, min_value=0)
    target = serializers.UUIDField(required=False)
    card = serializers.UUIDField(required=False)


class BatchSerializer(serializers.Serializer[Any]):
    device = serializers.UUIDField()
    device_now = serializers.DateTimeField()
    events = EventSerializer(many=True)


class FeedbackSerializer(serializers.Serializer[Any]):
    target = serializers.CharField()
    message = serializers.CharField()
    message_html = serializers.CharField()


class CardStateSerializer(serializers.Serializer[Any]):
    card = serializers.UUIDField()
    facet = serializers.CharField(allow_blank=True)
    stability = serializers.FloatField(allow_null=True)
    difficulty = serializers.FloatField(allow_null=True)
    retrievability = serializers.FloatField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)


class GradeSerializer(serializers.Serializer[Any]):
    score = serializers.FloatField(min_value=0, max_value=1)
    correct = serializers.BooleanField()
    rating = serializers.ChoiceField(["again", "hard", "good", "easy"])
    feedback = FeedbackSerializer(many=True)
    key = serializers.JSONField()
    explanation = serializers.CharField()
    explanation_html = serializers.CharField()
    solution = serializers.CharField(allow_null=True)
    solution_html = serializers.CharField(allow_null=True)
    cards = CardStateSerializer(many=True)


class EventResultSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(["accepted", "duplicate", "conflict", "rejected"])
    code = serializers.CharField(allow_null=True)
    detail = serializers.CharField(allow_null=True)
    grade = GradeSerializer(allow_null=True)


class BatchResultSerializer(serializers.Serializer[Any]):
    server_now = serializers.DateTimeField()
    cursor = serializers.CharField()
    results = EventResultSerializer(many=True)


class BatchTooLarge(APIException):
    status_code = 413
    default_detail = f"A batch holds at most {MAX_BATCH_BYTES} bytes; send fewer events at a time."


class ReviewBatch(APIView):
    """Answers in: each event is accepted, a duplicate, a conflict or rejected on its own."""

    @extend_schema(request=BatchSerializer, responses=BatchResultSerializer)
    def post(self, request: StudentRequest) -> Response:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BATCH_BYTES:
            raise BatchTooLarge
        try:
            return Response(reviews.accept(request.user, request.data))
        except reviews.BatchError as error:
            raise InvalidFields(error.errors) from None
