"""Saying that something is wrong with a question."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from quizzes.exams import corrections
from quizzes.models import Presentation
from quizzes.views import Context, StudentRequest, is_partial


@login_required
@require_POST
def report(request: StudentRequest, id: uuid.UUID) -> HttpResponse:
    """Take what is said of a question: a part of the page that has the form, or a page."""
    category, text = request.POST.get("category", ""), request.POST.get("text", "")
    context: Context = {"page": "today", "reported": str(id), "report_text": text, "report_category": category}
    try:
        corrections.report(request.user, id, category, text, timezone.now())
        context["report_taken"] = True
    except Presentation.DoesNotExist:
        raise Http404("There is no such question.") from None
    except (corrections.ReportError, corrections.TooManyReportsError) as error:
        context["report_error"] = str(error)
    return render(request, "quizzes/_report.html" if is_partial(request) else "quizzes/report.html", context)
