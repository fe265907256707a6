"""An answer whose session ran out is kept, and sent once its owner has logged in again."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import TypeVar, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from quizzes.views import StudentRequest, is_partial

KEY = "unsent"
MAX_LENGTH = 20_000
"""Of what is kept, in characters: any answer is shorter."""

View = TypeVar("View", bound=Callable[..., HttpResponse])


def keeps_answer(view: View) -> View:
    """Let a view in for students alone, like `login_required`, but keep the form that others send."""
    guarded: Callable[..., HttpResponse] = login_required(view)

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: object, **more: object) -> HttpResponse:
        if request.method == "POST" and not request.user.is_authenticated:
            return keep_and_log_in(request)
        if request.method == "POST":
            request.session.pop(KEY, None)
        return guarded(request, *args, **more)

    return cast(View, wrapped)


def keep_and_log_in(request: HttpRequest) -> HttpResponse:
    """Keep the form that somebody sent whose session ran out, in a new session, and ask them to log in."""
    _keep(request)
    return _lead(request, f"{resolve_url(settings.LOGIN_URL)}?next={reverse('unsent')}")


def keep_and_send_again(request: HttpRequest) -> HttpResponse:
    """Keep the form, and lead to the page that sends it as a new one."""
    _keep(request)
    return _lead(request, reverse("unsent"))


def sent_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed and chosen in the form that was sent."""
    return [(name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"]


def _keep(request: HttpRequest) -> None:
    fields = sent_fields(request)
    if len(json.dumps(fields, ensure_ascii=False)) <= MAX_LENGTH:
        request.session[KEY] = {"action": request.path, "fields": fields}


def _lead(request: HttpRequest, address: str) -> HttpResponse:
    return HttpResponse(headers={"HX-Redirect": address}) if is_partial(request) else redirect(address)


@login_required
@never_cache
@require_GET
def unsent(request: StudentRequest) -> HttpResponse:
    """What was kept, as a form that sends itself, or by a button without scripts."""
    kept = request.session.get(KEY)
    return render(request, "quizzes/unsent.html", {"kept": kept}) if kept else redirect("today")
