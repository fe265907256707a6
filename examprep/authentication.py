"""Who is calling the API."""

from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


class WebSession(SessionAuthentication):
    """The web session's cookie; a call without a login is answered 401, as for tokens."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"
