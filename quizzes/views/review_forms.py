"""The questions of a pack as the review's page shows them, for a browser that will ask them without a network."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from questions.text import katex
from quizzes import presentations
from quizzes.models import Presentation
from quizzes.views import StudentRequest, answering
from quizzes.views.review import CONFIDENCE

AT_ONCE = 40


@login_required
@require_GET
def forms(request: StudentRequest) -> HttpResponse:
    """Return the forms of so many of the student's questions that wait, by their ids; a fixed number of queries."""
    wanted = [answering.read_uuid(each) for each in request.GET.getlist("presentation")[:AT_ONCE]]
    asked = (
        Presentation.objects.waiting()
        .filter(student=request.user, in_sitting=False)
        .filter(pk__in=[each for each in wanted if each])
        .exclude(version__item__in=presentations.items_in_open_sittings(request.user))
        .with_versions()
    )
    return JsonResponse({"forms": {str(each.pk): _form(request, each) for each in asked}})


def _form(request: StudentRequest, presentation: Presentation) -> str:
    context = {
        "event": uuid.uuid4(),
        "confidence": CONFIDENCE,
        "is_kept": True,
        "kept_hints": presentations.all_hints(presentation),
        **answering.question_context(presentation),
    }
    return katex.set_formulas(render_to_string("quizzes/_question.html", context, request))
