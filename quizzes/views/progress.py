"""Progress: what was done, how well it is remembered and predicted, and what comes."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from questions.current_course import find_current_course
from quizzes import presentations, progress, reviews, schedule
from quizzes.calendar import study_day
from quizzes.progress import charts
from quizzes.views import Context, StudentRequest, answering


@login_required
@require_GET
def progress_page(request: StudentRequest) -> HttpResponse:
    """The student's progress, charts with tables beside them."""
    now = timezone.now()
    past = progress.load_progress(request.user, now=now)
    w = reviews.change_log.load_parameters(request.user)
    today = study_day(request.user, now).date
    course = find_current_course(request.user)
    exams = schedule.forecast_scores(request.user, now=now, w=w)
    context = {
        "page": "progress",
        "now": now,
        "progress": past,
        "days": len(past.reviews_by_day),
        "answers": sum(past.reviews_by_day.values()),
        "calendar": charts.calendar(past.reviews_by_day, today, progress.DAYS_BACK),
        "coming": charts.bars(past.forecast_by_day),
        "due": sum(past.forecast_by_day.values()),
        "reliability": charts.reliability(past.calibration),
        "predicted": sum(group.n for group in past.calibration),
        "exams": [each for each in exams if course is None or each.exam.course_id == course.pk],
        "known": progress.list_concepts(request.user, course=course, w=w),
        "retention_days": progress.RETENTION_DAYS,
    }
    return render(request, "quizzes/progress.html", context)


@login_required
@require_GET
def missed_page(request: StudentRequest) -> HttpResponse:
    """The questions that were missed, with what is right and why: to be read again, or printed."""
    missed = [_missed(question) for question in progress.load_missed(request.user)]
    return render(request, "quizzes/missed.html", {"page": "progress", "missed": missed})


def _missed(question: progress.MissedQuestion) -> Context:
    answered, presentation = question.answered, question.presentation
    payload = presentations.payload(presentation)
    grade = presentations.shown_grade(answered.current_grade, presentation)
    return {"event": answered.event_id, **answering.graded_context(payload, grade, answered.response)}
