"""The Exam Center: the exams of a student, and practice of any selection of the bank."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from questions.current_course import find_current_course, find_named, is_elsewhere
from questions.models import Course
from questions.whole_numbers import read_whole_number
from quizzes import exams
from quizzes.models import Exam
from quizzes.progress import charts
from quizzes.views import StudentRequest, answering, practice
from quizzes.views.sittings import get_sitting_or_404

ROWS = 20
"""Items of the bank, or sittings, on a page."""


@login_required
@require_GET
def center(request: StudentRequest) -> HttpResponse:
    """The exams of the course that the student looks at, and what of its bank they can practise."""
    now, course = timezone.now(), find_current_course(request.user)
    bank = exams.browse_bank(request.user, _chosen(request), now, course)
    statuses = [each for each in exams.list_exams(request.user, now) if course in (None, each.exam.course)]
    shown = Paginator(bank.rows, ROWS).get_page(request.GET.get("page"))
    address = urlencode({name: getattr(bank.chosen, name) for name in exams.BankFilter.NAMES})
    context = {
        "page": "exams",
        "exams": [(status, status.state(now)) for status in statuses],
        "bank": bank,
        "rows": shown,
        "address": address,
    }
    return render(request, "quizzes/exams/center.html", context)


def _chosen(request: StudentRequest) -> exams.BankFilter:
    values = {name: request.GET.get(name, "") for name in exams.BankFilter.NAMES}
    return exams.BankFilter(**values)


@login_required
@require_POST
def practise(request: StudentRequest) -> HttpResponse:
    """Ask a selection of the bank, or what a sitting missed, in the review loop."""
    if pk := answering.read_uuid(request.POST.get("sitting")):
        items = exams.missed_items(get_sitting_or_404(request, pk), timezone.now())
    elif "ticked" in request.POST:
        ticked = (read_whole_number(item, 1, 2**63 - 1) for item in request.POST.getlist("item"))
        items = [item for item in ticked if item is not None][: exams.MAX_SELECTION]
    else:
        values = {name: request.POST.get(name, "") for name in exams.BankFilter.NAMES}
        course = find_current_course(request.user)
        items = exams.select_items(request.user, exams.BankFilter(**values), timezone.now(), course)
    if not items:
        nothing_ticked = "Select the questions to practise first."
        messages.info(request, nothing_ticked if "ticked" in request.POST else "No such questions to practise.")
        return redirect("exams")
    if not practice.begin(request, items):
        messages.info(request, "None of these can be asked now: they are retired or in an exam you have open.")
        return redirect("exams")
    return redirect("review")


@login_required
@require_http_methods(["GET", "POST"])
def exam_page(request: StudentRequest, slug: str, course: str | None = None) -> HttpResponse:
    """One exam with the student's sittings (GET); begin it, or go on (POST)."""
    now = timezone.now()
    theirs = Exam.objects.filter(course__enrolments__student=request.user).exclude(course__state=Course.State.DRAFT)
    exam = find_named(theirs, request.user, slug, course)
    if course is None and request.method == "GET" and is_elsewhere(request.user, exam):
        return redirect("exam", exam.course.slug, slug)
    error = ""
    if request.method == "POST":
        try:
            opened, _ = exams.open_sitting(request.user, exam, now)
        except exams.SittingError as refused:
            error = str(refused)
        else:
            return redirect("sitting", opened.pk)
    status = exams.load_exam_status(request.user, exam, now)
    history = Paginator(exams.closed_sittings(request.user, exam), ROWS).get_page(request.GET.get("page"))
    context = {
        "page": "exams",
        "status": status,
        "state": status.state(now),
        "history": history,
        "trend": charts.trend(
            [(past.score or 0) / past.max_score for past in reversed(history) if past.max_score and not past.voided_at]
        ),
        "error": error,
    }
    return render(request, "quizzes/exams/exam.html", context)
