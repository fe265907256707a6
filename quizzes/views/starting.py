"""The first steps in a course: the exam date, the time a day, and what is known already. Each can be skipped."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from questions.models import Course
from questions.whole_numbers import read_whole_number
from quizzes import schedule
from quizzes.courses import diagnostic
from quizzes.memory.diagnostic import MOST
from quizzes.models import Enrolment, Presentation
from quizzes.views import Context, StudentRequest, answering, is_partial, samples
from quizzes.views.answering import RefusedAnswer

STEPS = ("exam", "time", "level")
MINUTES = (5, 10, 20, 30, 45)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def start_page(request: StudentRequest, course: str) -> HttpResponse:
    """One of the three steps after joining (GET), or what was chosen in it (POST), which leads to the next."""
    enrolment = _find_enrolment(request, course)
    step = request.GET.get("step", STEPS[0])
    step = step if step in STEPS else STEPS[0]
    number = STEPS.index(step) + 1
    following = STEPS[min(number, len(STEPS) - 1)]
    error = _keep(request, enrolment, step) if request.method == "POST" else ""
    if request.method == "POST" and not error:
        return redirect(f"{reverse('start', args=[course])}?step={following}")
    context: Context = {
        "page": "courses",
        "course": enrolment.course,
        "step": step,
        "number": number,
        "next": following,
        "exam": schedule.name_own_exams([enrolment]).get(enrolment.course_id, "Exam"),
        "exam_ahead": schedule.find_next_exam(request.user, timezone.now()),
        "exam_at": enrolment.exam_at,
        "lengths": sorted({*MINUTES, request.user.daily_minutes}),
        "most": MOST,
        "error": error,
    }
    return render(request, "quizzes/start.html", context, status=422 if error else 200)


def _keep(request: StudentRequest, enrolment: Enrolment, step: str) -> str:
    """Keep what was chosen in a step. Returns what is wrong with it; "" where nothing is."""
    if step == "exam":
        return _keep_date(enrolment, request.POST.get("exam_at", "").strip())
    if step == "time":
        student = request.user
        minutes = read_whole_number(request.POST.get("minutes", "").strip(), 1, schedule.MAX_DAILY_MINUTES)
        if minutes is None:
            return f"Choose 1 to {schedule.MAX_DAILY_MINUTES} minutes a day."
        student.daily_minutes, student.reminders = minutes, "reminders" in request.POST
        schedule.change_settings(student)
    return ""


def _keep_date(enrolment: Enrolment, typed: str) -> str:
    try:
        at = parse_datetime(typed) if typed else None
    except ValueError:
        at = None
    if typed and at is None:
        return "This is no date. Choose the day and the hour of the exam."
    if at is None:
        return ""
    try:
        schedule.set_own_date(enrolment, timezone.make_aware(at) if timezone.is_naive(at) else at, timezone.now())
    except schedule.ExamDateError as refused:
        return str(refused)
    return ""


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def diagnostic_page(request: StudentRequest, course: str) -> HttpResponse:
    """The question that tells most, or the map (GET); an answer, or the wish to begin (POST)."""
    enrolled, now = _find_enrolment(request, course).course, timezone.now()
    address = reverse("diagnostic", args=[course])
    if request.method == "GET":
        return _show(request, enrolled, diagnostic.read(request.user, enrolled, now))
    if "presentation" not in request.POST:
        diagnostic.go_on(request.user, enrolled, now)
        return _lead(request, address)
    asked = Presentation.objects.filter(student=request.user, version__item__course=enrolled, in_sitting=False)
    presentation = get_object_or_404(asked.with_versions(), pk=answering.read_uuid(request.POST["presentation"]))
    reported = answering.report_answer(request, presentation)
    if isinstance(reported, RefusedAnswer):
        part = _question(presentation, address, reported)
        if is_partial(request):
            return render(request, "quizzes/_check_question.html", {"part": part})
        reading = diagnostic.read(request.user, enrolled, now)
        return _show(request, enrolled, reading, part)
    diagnostic.go_on(request.user, enrolled, timezone.now())
    return _lead(request, address)


@login_required
@require_POST
def stop_diagnostic(request: StudentRequest, course: str) -> HttpResponse:
    """End the diagnostic here: with its map, or skipped where nothing was answered."""
    reading = diagnostic.stop(request.user, _find_enrolment(request, course).course, timezone.now())
    if reading.state == "skipped":
        messages.info(request, "You can find out what you know already at any time, from the page of the course.")
        return redirect("today")
    return redirect("diagnostic", course)


def _show(
    request: StudentRequest, course: Course, reading: diagnostic.Reading, part: Context | None = None
) -> HttpResponse:
    if part is None and reading.question:
        part = _question(reading.question, reverse("diagnostic", args=[course.slug]))
    groups = {
        standing: [each for each in reading.standings if each.standing == standing]
        for standing in ("known", "unsure", "not_known")
    }
    context: Context = {
        "page": "courses",
        "course": course,
        "reading": reading,
        "part": part,
        "at": reading.answered + 1,
        "most": MOST,
        "percent": round(100 * reading.answered / MOST),
        **groups,
    }
    return render(request, "quizzes/diagnostic.html", context, status=422 if part and part.get("error") else 200)


def _question(presentation: Presentation, address: str, refused: RefusedAnswer | None = None) -> Context:
    return samples.show_form(presentation, address, refused) | {"event": uuid.uuid4(), "label": "Answer", "hints": None}


def _lead(request: StudentRequest, address: str) -> HttpResponse:
    return HttpResponse(headers={"HX-Redirect": address}) if is_partial(request) else redirect(address)


def _find_enrolment(request: StudentRequest, course: str) -> Enrolment:
    studied = Enrolment.objects.studied().select_related("course", "student")
    return get_object_or_404(studied, student=request.user, course__slug=course)
