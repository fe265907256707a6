"""Reminders: stopping them by the link in them, and having them in a browser."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from questions.json_types import JsonError, read_json
from quizzes import reminders
from quizzes.reminders import web_push
from quizzes.views import StudentRequest


@csrf_exempt  # mail programs post here by themselves (RFC 8058); the signed token is what lets them
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to stop reminders (GET), and stop them (POST)."""
    if not reminders.is_token(token):
        raise Http404
    stopped = request.method == "POST" and reminders.stop_reminders(token) is not None
    return render(request, "quizzes/reminder/stop.html", {"stopped": stopped})


@login_required
@require_http_methods(["POST", "DELETE"])
def browser(request: StudentRequest) -> HttpResponse:
    """Keep (POST) or forget (DELETE) this browser's subscription."""
    try:
        subscription = read_json(request.body)
        if request.method == "POST":
            web_push.subscribe(request.user, subscription)
        else:
            web_push.unsubscribe(request.user, web_push.endpoint_of(subscription))
    except web_push.SubscriptionError as error:
        return JsonResponse({"errors": error.errors}, status=400)
    except JsonError as error:
        return JsonResponse({"errors": {"body": [str(error)]}}, status=error.status)
    return HttpResponse(status=204)
