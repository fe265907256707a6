"""What changed since a client asked last."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import APIView

from quizzes.api.requests import InvalidFields, StudentRequest
from quizzes.reviews import sync


class ChangeSerializer(serializers.Serializer[Any]):
    """What else there is depends on the type.

    `card`: item, facet, stability, difficulty, reviews, lapses, last_review_at, due_at, suspended, buried_until.
    `event`: event_type, presentation, card, target, response, confidence, duration_ms, score, device, occurred_at,
    study_date, undone. `plan` (its id is the date): planned_seconds, tasks, expected_score_before and _after, made_at.
    `item_version` (its id is the item's slug): course, version, kind, lesson, concepts, difficulty, estimated_seconds,
    facets. `deletion`: of (`item`: no longer asked; `course`: no longer enrolled).
    """

    type = serializers.ChoiceField(["card", "event", "plan", "item_version", "deletion"])
    id = serializers.CharField()


class SyncSerializer(serializers.Serializer[Any]):
    changes = ChangeSerializer(many=True)
    cursor = serializers.CharField()
    has_more = serializers.BooleanField()


class CursorGone(APIException):
    status_code = 410
    default_detail = "This cursor is too old: start again without it."


class SyncView(APIView):
    """Everything of the caller's that changed since a cursor, the oldest change first; without one, everything.

    Ask again with the new cursor while `has_more`. A thing that changed several times comes once, as it is now. The
    cursor that `reviews/batch/` gives stands after that batch: it is for a client that had read everything before.
    """

    @extend_schema(
        parameters=[OpenApiParameter("cursor", str, description="As an earlier answer gave it.")],
        responses={200: SyncSerializer, 410: OpenApiResponse(description="Start again without the cursor.")},
    )
    def get(self, request: StudentRequest) -> Response:
        try:
            page = sync.changes(request.user, request.query_params.get("cursor", ""))
        except sync.UnreadableCursorError:
            raise InvalidFields({"cursor": ["Use a cursor as an earlier answer gave it, or none."]}) from None
        except sync.StaleCursorError:
            raise CursorGone from None
        return Response({"changes": page.changes, "cursor": page.cursor, "has_more": page.has_more})
