"""The landing page: what the service is, by a question that anyone can answer in its place."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from questions.kinds import ResponseError
from quizzes import lessons
from quizzes.views import Context, answering, is_partial, samples
from quizzes.views.answering import RefusedAnswer


@never_cache
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """What the service is, for a visitor (GET), or the answer to its question (POST); a student goes on to today."""
    if request.user.is_authenticated:
        return redirect("today")
    part = _answer(request) if request.method == "POST" else _ask(request)
    if part is not None and is_partial(request):
        return render(request, str(part["template"]), {"part": part})
    return render(request, "home.html", {"part": part})


def _ask(request: HttpRequest) -> Context | None:
    question = lessons.draw_showcase(request.GET.get("unlike", ""))
    return samples.show_question(question, reverse("home")) if question else None


def _answer(request: HttpRequest) -> Context:
    question = lessons.read_token(None, request.POST.get("sample", ""))
    if question is None:
        raise Http404("This question is no longer asked.")
    response = answering.read_response(question.presentation.version.kind, request.POST)
    try:
        return samples.show_answered(question, response, reverse("home")) | {"again": True}
    except ResponseError as error:
        return samples.show_question(question, reverse("home"), RefusedAnswer(response, error.message))
