"""What changed since a client asked last."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import APIView

from quizzes.api.requests import InvalidFields, StudentRequest, read_whole_number
from quizzes.reviews import SyncPayload, sync

LIMIT = OpenApiParameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": sync.PAGE, "default": sync.PAGE},
    description="How many changes to bring; a few more where several belong together.",
)


class CursorGone(APIException):
    """410: the client has to start again."""

    status_code = 410
    default_code = "cursor_gone"
    default_detail = "This cursor is too old: empty your copy, and start again without it."


class SyncView(APIView):
    """Everything of the caller's that changed since a cursor, the oldest change first; without one, everything.

    Ask again with the new cursor while `has_more`. A thing that changed several times comes once, as it is now, by its
    `type` and `id` in place of what was there. On 410 empty your copy, and start again without a cursor.
    """

    @extend_schema(
        parameters=[OpenApiParameter("cursor", str, description="As an earlier answer gave it."), LIMIT],
        responses={200: SyncPayload, 410: OpenApiResponse(description="Start again without the cursor.")},
    )
    def get(self, request: StudentRequest) -> Response:
        limit = read_whole_number(request, "limit", default=sync.PAGE, maximum=sync.PAGE)
        try:
            return Response(sync.load_changes(request.user, request.query_params.get("cursor", ""), limit=limit))
        except sync.UnreadableCursorError as error:
            raise InvalidFields({"cursor": [str(error)]}) from None
        except sync.StaleCursorError:
            raise CursorGone from None
