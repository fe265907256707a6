"""The first steps in a course: the exam dates, the time a day, and what is known already. Each can be skipped."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

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
MAIN = "exam_at"
"""The field of the main exam's date; others have their slug behind it."""


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
    errors = _keep(request, enrolment, step) if request.method == "POST" else {}
    if request.method == "POST" and not errors:
        return redirect(f"{reverse('start', args=[course])}?step={following}")
    context: Context = {
        "page": "courses",
        "course": enrolment.course,
        "step": step,
        "number": number,
        "next": following,
        "exams": _list_exams(request, enrolment, errors) if step == "exam" else [],
        "lengths": sorted({*MINUTES, request.user.daily_minutes}),
        "most": MOST,
        "error": errors.get(step),
    }
    return render(request, "quizzes/start.html", context, status=422 if errors else 200)


@dataclass(frozen=True)
class _Exam:
    """An exam to be dated: the name of its field, what is typed there, and what is wrong with it.

    `course_at` is the course's own date of it.
    """

    field: str
    title: str
    typed: str
    is_own: bool
    course_at: datetime | None
    error: str | None


def _list_exams(request: StudentRequest, enrolment: Enrolment, errors: Mapping[str, str]) -> list[_Exam]:
    """The exams of the course that are not over, the main one first; without any, whatever it is studied for."""
    now, dates = timezone.now(), _fields_of(enrolment)

    def shown(field: str, title: str, at: datetime | None, course_at: datetime | None) -> _Exam:
        stored = f"{timezone.localtime(at):%Y-%m-%dT%H:%M}" if at else ""
        return _Exam(field, title, request.POST.get(field, stored), at is not None, course_at, errors.get(field))

    if not dates:
        return [shown(MAIN, "Exam", enrolment.exam_at, None)]
    ahead = {field: date for field, date in dates.items() if (date.at or date.exam.starts_at or now) >= now}
    return [shown(field, each.exam.title, each.at, each.exam.starts_at) for field, each in (ahead or dates).items()]


def _fields_of(enrolment: Enrolment) -> dict[str, schedule.OwnDate]:
    """The course's exams by the names of their fields."""
    exams = schedule.list_exams([enrolment])[enrolment.pk]
    return {MAIN if each.is_main else f"{MAIN}-{each.exam.slug}": each for each in exams}


def _keep(request: StudentRequest, enrolment: Enrolment, step: str) -> dict[str, str]:
    """Keep what was chosen in a step. Returns what is wrong with it, by field; nothing is kept then."""
    if step == "exam":
        return _keep_dates(request, enrolment)
    if step == "time":
        student = request.user
        minutes = read_whole_number(request.POST.get("minutes", "").strip(), 1, schedule.MAX_DAILY_MINUTES)
        if minutes is None:
            return {step: f"Choose 1 to {schedule.MAX_DAILY_MINUTES} minutes a day."}
        student.daily_minutes, student.reminders = minutes, "reminders" in request.POST
        schedule.change_settings(student)
    return {}


def _keep_dates(request: StudentRequest, enrolment: Enrolment) -> dict[str, str]:
    """Keep the dates that were typed; what was left empty stays as it is."""
    fields, dates, errors = _fields_of(enrolment), dict[str, datetime | None](), dict[str, str]()
    for field in fields or [MAIN]:
        typed = request.POST.get(field, "").strip()
        try:
            at = parse_datetime(typed) if typed else None
        except ValueError:
            at = None
        if at is not None:
            dates[field] = timezone.make_aware(at) if timezone.is_naive(at) else at
        elif typed:
            errors[field] = "This is not a date. Choose the day and time of the exam."
    if errors:
        return errors
    try:
        if fields:
            own = {fields[field].exam.slug: at for field, at in dates.items()}
            schedule.set_own_dates(enrolment, own, timezone.now())
        elif dates:
            schedule.set_own_date(enrolment, dates[MAIN], timezone.now())
    except schedule.ExamDateError as refused:
        return {next((name for name, each in fields.items() if each.exam.slug == refused.exam), MAIN): str(refused)}
    return {}


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
        messages.info(request, "You can find out what you already know at any time, from the course’s page.")
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
