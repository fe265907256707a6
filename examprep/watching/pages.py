"""The metrics, and the page of the admin that says how the service is running."""

from __future__ import annotations

import platform
from collections.abc import Callable
from datetime import timedelta

import django
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import resolve
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from examprep import API_VERSION, __version__, health
from examprep.watching.exporting import list_route_times, write_metrics
from examprep.watching.state import load_state
from questions import replica

SHOWN = 25
"""Routes that are shown, those that took most of the time."""


class MetricsByAnyName:
    """Answers `/metrics` to whoever has the token, by whichever name or address, and without TLS.

    Prometheus asks every web container by its own address, to which no proxy leads: it is none of ALLOWED_HOSTS, and
    there is no TLS to redirect to. Whoever has no token is answered like anywhere else.
    """

    PATH = "/metrics"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != self.PATH or not _has_token(request):
            return self.get_response(request)
        request.resolver_match = resolve(request.path)
        return metrics(request)


def _has_token(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    sent = request.headers.get("Authorization", "")
    return bool(token) and constant_time_compare(sent, f"Bearer {token}")


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All metrics, for whoever sends METRICS_TOKEN; without one there is no such page."""
    if not _has_token(request):
        raise Http404
    return HttpResponse(write_metrics(), content_type=CONTENT_TYPE_LATEST)


@require_safe
def running(request: HttpRequest) -> HttpResponse:
    """How the service is running, for superusers."""
    if not request.user.is_superuser:
        raise PermissionDenied
    state = load_state(timezone.now())
    jobs = state.backlog
    failing, late = health.look()
    context = {
        **admin.site.each_context(request),
        "title": "Service status",
        "state": state,
        "failing": failing,
        "has_replica": replica.is_there(),
        "replica_lag": late.get(replica.ALIAS),
        "waiting": sum(jobs.waiting.values()),
        "oldest_job": timedelta(seconds=round(state.late.oldest_job)),
        "oldest_unplanned": timedelta(seconds=round(state.late.oldest_unplanned)),
        "routes": list_route_times()[:SHOWN],
        "is_shared": bool(settings.METRICS_TOKEN or settings.METRICS_PORT),
        "versions": {
            "examprep": __version__,
            "API": API_VERSION,
            "Python": platform.python_version(),
            "Django": django.get_version(),
            connection.display_name: ".".join(map(str, connection.get_database_version())),
        },
    }
    return TemplateResponse(request, "admin/examprep/running.html", context)
