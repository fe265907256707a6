"""Who is calling the API, and whether they may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from examprep.sign_in.requirement import has_to_set_up

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which imports what the settings name, and they name what is below


class WebSession(SessionAuthentication):
    """The web session's cookie; a call without a login is answered 401, as for tokens."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class MayCall(IsAuthenticated):
    """Lets in who is logged in, but for staff who have yet to set up the second factor that they need."""

    message = "Your account needs a second factor. Set it up on the page of your account."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return super().has_permission(request, view) and not has_to_set_up(request.user)
