"""Today: what is planned, how far it has come, the exam ahead, and what the days until then hold."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from questions.current_course import list_own_courses
from questions.whole_numbers import read_whole_number
from quizzes import progress, schedule
from quizzes.exams import corrections
from quizzes.progress import charts
from quizzes.views import Context, StudentRequest, is_partial, study_session

MORE_SECONDS = 600
DAYS_SHOWN = 14
MISSED = 2
"""Days without an answer after which catching up is spoken of."""


@login_required
@require_GET
def today(request: StudentRequest) -> HttpResponse:
    """The day's plan."""
    if not request.user.enrolments.studied().exists():
        return redirect("courses")
    queue = schedule.load_queue(request.user, limit=1, current=True)
    missed = schedule.count_days_missed(request.user, queue.day)
    exam = schedule.find_next_exam(request.user, timezone.now())
    context = {
        "page": "today",
        "queue": queue,
        "percent": round(100 * queue.done_of_planned / queue.planned) if queue.planned else 0,
        "lengths": study_session.lengths(queue),
        "seconds_left": queue.remaining_seconds,
        "before": round(100 * (queue.score_before or 0), 1),
        "after": round(100 * (queue.score_after or 0), 1),
        "gain": _gain(queue.score_before, queue.score_after),
        "day": progress.summarize_day(request.user, queue.day),
        "exam": exam,
        "exam_of": _name_course(request, exam) if exam else "",
        "concepts": progress.find_weakest_concepts(request.user),
        "missed": missed if missed >= MISSED else 0,
        "notices": corrections.list_notices(request.user),
    }
    return render(request, "quizzes/today.html", context)


def _name_course(request: StudentRequest, exam: schedule.ExamAhead) -> str:
    """Return the title of an exam's course, where the student has several."""
    titles = {course.pk: course.title for course in list_own_courses(request.user)}
    return titles.get(exam.course, "") if len(titles) > 1 else ""


def _gain(before: float | None, after: float | None) -> int:
    """Return what today's plan adds to the expected score: the difference of the whole percents that are shown."""
    return 0 if before is None or after is None else max(round(100 * after) - round(100 * before), 0)


@login_required
@require_http_methods(["GET", "POST"])
def ahead(request: StudentRequest) -> HttpResponse:
    """The score to expect, minutes against score, and the coming days: a part of today's page, or a page.

    A worker computes them; a POST asks for that.
    """
    if request.method == "POST":
        schedule.ask_outlook(request.user)
        if not is_partial(request):
            return redirect("ahead")
    reading = schedule.read_outlook(request.user)
    outlook = reading.outlook
    context: Context = {"page": "today", "ahead": outlook, "reading": reading}
    if outlook is not None:
        most = max([day.minutes for _, day in outlook.days] + [1.0])
        context["cost"] = -100 * outlook.change_of_score(-outlook.minutes)
        context["more"] = 100 * outlook.change_of_score(MORE_SECONDS / 60)
        context["chart"] = charts.minutes_curve(outlook.curve, outlook.minutes)
        context["days"] = [
            (date, {"minutes": day.minutes, "reviews": day.reviews, "new": day.new, "share": 100 * day.minutes / most})
            for date, day in outlook.days[:DAYS_SHOWN]
        ]
    return render(request, "quizzes/_ahead.html" if is_partial(request) else "quizzes/ahead.html", context)


@login_required
@require_POST
def minutes(request: StudentRequest) -> HttpResponse:
    """Choose the minutes a day."""
    chosen = read_whole_number(request.POST.get("minutes", "").strip(), 1, schedule.MAX_DAILY_MINUTES)
    before = request.user.daily_minutes
    if chosen is None:
        messages.error(request, f"Choose 1 to {schedule.MAX_DAILY_MINUTES} minutes a day.")
    else:
        schedule.change_daily_minutes(request.user, chosen)
        messages.success(request, f"From now on {request.user.daily_minutes} minutes a day instead of {before}.")
    return redirect("today")


@login_required
@require_POST
def read_notice(request: StudentRequest, notice: int) -> HttpResponse:
    """Take a notice away that was read."""
    corrections.read_notice(request.user, notice, timezone.now())
    return redirect("today")


@login_required
@require_POST
def more(request: StudentRequest) -> HttpResponse:
    """Ten minutes on top of today's."""
    schedule.plan_day(request.user, extra_seconds=MORE_SECONDS)
    return redirect("review")


@login_required
@require_POST
def day_off(request: StudentRequest) -> HttpResponse:
    """Take today off, or work after all."""
    off = request.POST.get("off") == "1"
    try:
        schedule.set_day_off(request.user, off=off)
    except schedule.TooSoonError as error:
        messages.error(request, f"You can take one day off a week. {error}")
    return redirect("today")
