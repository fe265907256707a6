"""Staff who need a second factor come to where they set it up, and nowhere else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from examprep.middleware import GetResponse
from examprep.problems import FOR_PROGRAMS
from examprep.sign_in.requirement import has_to_set_up

OPEN = (
    *("/account/second-factor/", "/accounts/2fa/", "/accounts/reauthenticate/", "/accounts/logout/"),
    *("/accounts/password/", "/health/", "/static/", "/favicon.ico", "/privacy/"),
)
"""Where paths begin that who has yet to set it up may ask for."""


class StaffSecondFactor:
    """Leads them there. Calls of the API are refused by `examprep.authentication.MayCall`, which knows who calls."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith((*OPEN, *FOR_PROGRAMS)) and has_to_set_up(request.user):
            return redirect("second-factor")
        return self.get_response(request)
