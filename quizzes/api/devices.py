"""Where a student is reminded: devices that messages are pushed to, and the calendar's address."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from pydantic import Field
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.json_types import Uri
from quizzes.api.requests import InvalidFields, StrictSerializer, StudentRequest
from quizzes.reminders import calendar_feed, devices
from quizzes.reminders.web_push import SubscriptionError


class KeysPayload(TypedDict):
    """The keys of a browser's subscription."""

    p256dh: str
    auth: str


class WebPushPayload(TypedDict):
    """A subscription to web push, as a browser makes it."""

    type: Literal["web"]
    endpoint: Uri
    keys: KeysPayload


class DevicePayload(TypedDict):
    """Where to send messages to this device; null: nowhere."""

    push: WebPushPayload | None


class DeviceSerializer(StrictSerializer):
    push = serializers.JSONField(allow_null=True)


class CalendarPayload(TypedDict):
    """The secret address at which calendar programs read the caller's exams and plans; null where there is none."""

    url: Annotated[Uri | None, Field(description="Whoever has it can read the calendar.")]


class DeviceView(APIView):
    """A device of the caller's, by the name that the app gave it."""

    @extend_schema(request=DevicePayload, responses={204: None})
    def put(self, request: StudentRequest, id: uuid.UUID) -> Response:
        """Say where reminders are pushed to, in place of what was said before."""
        sent = DeviceSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        push = sent.validated_data["push"]
        sender = devices.SENDERS.get(str(push.get("type"))) if isinstance(push, dict) else None
        if push is not None and sender is None:
            raise InvalidFields({"push": [f"Its type is one of: {', '.join(devices.SENDERS)}."]})
        with transaction.atomic():
            devices.forget(request.user, id)
            try:
                if sender is not None:
                    sender.subscribe(request.user, push, id)
            except SubscriptionError as error:
                raise InvalidFields({f"push.{name}": said for name, said in error.errors.items()}) from None
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: StudentRequest, id: uuid.UUID) -> Response:
        """Send nothing more to the device. Again, it is 204."""
        devices.forget(request.user, id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class CalendarView(APIView):
    """The address of the caller's calendar."""

    @extend_schema(responses=CalendarPayload)
    def get(self, request: StudentRequest) -> Response:
        return Response(_calendar(request))

    @extend_schema(request=None, responses=CalendarPayload)
    def post(self, request: StudentRequest) -> Response:
        """Make an address; the one before is worth nothing from now."""
        calendar_feed.make_address(request.user, timezone.now())
        return Response(_calendar(request))

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: StudentRequest) -> Response:
        """End the calendar. Again, it is 204."""
        calendar_feed.revoke(request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _calendar(request: StudentRequest) -> CalendarPayload:
    address = calendar_feed.load_address(request.user)
    return {"url": request.build_absolute_uri(address) if address else None}
