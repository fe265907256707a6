"""Stopping reminders by the link in them: no login, one click."""

from __future__ import annotations

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from quizzes import reminding


@csrf_exempt  # mail programs post here by themselves (RFC 8058); the signed token is what lets them
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask (GET), and stop (POST)."""
    try:
        reminding.STOP.unsign(token)
    except signing.BadSignature:
        raise Http404 from None
    stopped = request.method == "POST" and reminding.stop(token) is not None
    return render(request, "quizzes/reminder/stop.html", {"stopped": stopped})
