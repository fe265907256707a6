"""Parts of a question, checked by themselves before the whole is answered."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import APIView

from questions.kinds import ResponseError
from quizzes import presentations
from quizzes.api.requests import InvalidFields, StudentRequest


class NoCheck(APIException):
    """409: the question is answered, or stands in an exam."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "no_check"


class PartSerializer(serializers.Serializer[Any]):
    """An answer to a part, in the shape of its kind."""

    response = serializers.DictField()


class PartView(APIView):
    """One part of a question, checked by itself.

    The first answer stands, and is a part of the answer to the question, whatever is sent with that. Exams have none.
    """

    @extend_schema(request=PartSerializer, responses=presentations.CheckedPartPayload)
    def post(self, request: StudentRequest, id: uuid.UUID, part: str) -> Response:
        presentation = presentations.find_asked(request.user, id)
        if presentation is None:
            raise Http404("There is no such question.")
        answer = PartSerializer(data=request.data)
        answer.is_valid(raise_exception=True)
        try:
            presentations.check_part(request.user, presentation, part, answer.validated_data["response"])
        except presentations.NoPartError:
            raise Http404("There is no such part.") from None
        except presentations.NoCheckError as error:
            raise NoCheck(str(error)) from None
        except ResponseError as error:
            raise InvalidFields({error.field: [error.message]}) from None
        return Response(presentations.checked_payload(presentation)[part])
