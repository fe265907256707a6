"""Today: what is planned, how far it has come, and the exam ahead."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from questions.models import Course
from quizzes import progress, scheduling

MORE_SECONDS = 600


@login_required
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """The day's plan."""
    if not request.user.enrolments.exists():
        return render(request, "quizzes/enrol.html", {"courses": Course.objects.all()})
    queue = scheduling.queue(request.user, limit=1)
    context = {
        "queue": queue,
        "day": progress.day(request.user, queue.day),
        "exam": scheduling.exam_ahead(request.user, timezone.now()),
        "concepts": progress.weakest_concepts(request.user),
    }
    return render(request, "quizzes/today.html", context)


@login_required
@require_POST
def more(request: HttpRequest) -> HttpResponse:
    """Ten minutes on top of today's."""
    scheduling.plan_day(request.user, extra_seconds=MORE_SECONDS)
    return redirect("review")


@login_required
@require_POST
def enrol(request: HttpRequest, course: str) -> HttpResponse:
    """Join a course."""
    scheduling.enrol(request.user, get_object_or_404(Course, slug=course))
    return redirect("today")
