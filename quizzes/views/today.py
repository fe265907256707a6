"""Today: what is planned, how far it has come, and the exam ahead."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from questions.models import Course
from quizzes import progress, scheduling
from quizzes.views import StudentRequest

MORE_SECONDS = 600


@login_required
@require_GET
def today(request: StudentRequest) -> HttpResponse:
    """The day's plan."""
    if not request.user.enrolments.exists():
        return render(request, "quizzes/enrol.html", {"page": "today", "courses": Course.objects.all()})
    queue = scheduling.queue(request.user, limit=1)
    total = queue.done + queue.remaining
    context = {
        "page": "today",
        "queue": queue,
        "total": total,
        "percent": round(100 * queue.done / total) if total else 0,
        "seconds_left": queue.remaining_seconds,
        "before": round(100 * (queue.score_before or 0), 1),
        "after": round(100 * (queue.score_after or 0), 1),
        "day": progress.day(request.user, queue.day),
        "exam": scheduling.exam_ahead(request.user, timezone.now()),
        "concepts": progress.weakest_concepts(request.user),
    }
    return render(request, "quizzes/today.html", context)


@login_required
@require_POST
def more(request: StudentRequest) -> HttpResponse:
    """Ten minutes on top of today's."""
    scheduling.plan_day(request.user, extra_seconds=MORE_SECONDS)
    return redirect("review")


@login_required
@require_POST
def enrol(request: StudentRequest, course: str) -> HttpResponse:
    """Join a course."""
    scheduling.enrol(request.user, get_object_or_404(Course, slug=course))
    return redirect("today")
