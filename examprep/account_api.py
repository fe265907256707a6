"""A person's own account over REST: what is kept of them, where they are logged in, and its end."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from pydantic import Field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from examprep import account_pages, personal_data
from examprep.account_pages import load_person, send_export
from questions.json_types import Instant
from quizzes.calendar import format_instant


class LoginPayload(TypedDict):
    """A place where the caller is logged in."""

    id: int
    device: Annotated[str, Field(description="Browser and system in words, or the name of an app.")]
    address: str
    since: Instant
    current: Annotated[bool, Field(description="Whether this request comes from there.")]


class LoginsPayload(TypedDict):
    """Where the caller is logged in, the newest first."""

    results: list[LoginPayload]


class ErasurePayload(TypedDict):
    """When the caller's account is erased, at the soonest."""

    erase_at: Instant


class PasswordSerializer(serializers.Serializer[object]):
    password = serializers.CharField(required=False, max_length=4096, trim_whitespace=False)


class ExportView(APIView):
    """All that is kept of the caller, as a ZIP archive of JSON and CSV."""

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request) -> FileResponse:
        return send_export(load_person(request))


class LoginList(APIView):
    """Where the caller is logged in."""

    @extend_schema(responses=LoginsPayload)
    def get(self, request: Request) -> Response:
        logins = personal_data.list_logins(load_person(request), request._request)
        results = [
            {
                "id": login.id,
                "device": login.device,
                "address": login.address,
                "since": format_instant(login.since),
                "current": login.is_this,
            }
            for login in logins
        ]
        return Response({"results": results})


class LoginDetail(APIView):
    """One place where the caller is logged in."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, id: int) -> Response:
        """Log the caller out there."""
        if not personal_data.end_login(load_person(request), id):
            raise Http404
        return Response(status=status.HTTP_204_NO_CONTENT)


class ErasureView(APIView):
    """The end of the caller's account that was asked for by `DELETE me/`."""

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Keep the account after all. Again, it is 204."""
        account_pages.cancel_erasure(load_person(request), request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


def ask_for_erasure(request: Request) -> dict[str, Any]:
    """Have the caller's account erased. Raises ValidationError where the request does not show that it is theirs."""
    person = load_person(request)
    read = PasswordSerializer(data=request.data)
    read.is_valid(raise_exception=True)
    password = read.validated_data.get("password", "")
    if refused := account_pages.ask_for_erasure(person, request._request, password):
        raise serializers.ValidationError({"password": [refused]})
    assert person.erase_at is not None
    return {"erase_at": format_instant(person.erase_at)}
