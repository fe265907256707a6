"""Progress: what was done, how well it is remembered and predicted, and what comes."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from quizzes import schedule
from quizzes.calendar import study_day
from quizzes.progress import charts, concepts
from quizzes.progress import progress as past
from quizzes.views import StudentRequest


@login_required
@require_GET
def progress(request: StudentRequest) -> HttpResponse:
    """The student's progress, charts with tables beside them."""
    now = timezone.now()
    found = past.progress(request.user, now=now)
    today = study_day(request.user, now).date
    context = {
        "page": "progress",
        "now": now,
        "progress": found,
        "days": len(found.reviews_by_day),
        "answers": sum(found.reviews_by_day.values()),
        "calendar": charts.calendar(found.reviews_by_day, today, past.DAYS_BACK),
        "coming": charts.bars(found.forecast_by_day),
        "due": sum(found.forecast_by_day.values()),
        "reliability": charts.reliability(found.calibration),
        "predicted": sum(one.n for one in found.calibration),
        "exams": schedule.forecast_scores(request.user, now=now),
        "known": concepts.known(request.user),
        "retention_days": past.RETENTION_DAYS,
    }
    return render(request, "quizzes/progress.html", context)
