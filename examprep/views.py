"""The settings of a student."""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from examprep.account_pages import load_person
from examprep.forms import ExamDateForm, SettingsForm
from examprep.models import User, time_zones
from quizzes import schedule
from quizzes.models import Enrolment
from quizzes.reminders import calendar_feed, web_push


@login_required
@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """The settings of a student: their study day and exam dates."""
    student = load_person(request)
    data = request.POST if request.method == "POST" else None
    form = SettingsForm(data, instance=student)
    enrolments = list(student.enrolments.studied().select_related("course"))
    exams = [
        (enrolment, ExamDateForm(data, prefix=f"exam-{enrolment.pk}", initial={"exam_at": enrolment.exam_at}))
        for enrolment in enrolments
    ]
    if data is not None and _valid(form, [exam for _, exam in exams]):
        with transaction.atomic():
            for enrolment, exam in exams:
                if exam.has_changed():
                    enrolment.exam_at = exam.cleaned_data["exam_at"]
                    enrolment.save(update_fields=["exam_at"])
            schedule.change_settings(form.save(commit=False))
        messages.success(request, "Saved. Your plan is being updated.")
        return redirect("settings")
    zones = sorted(time_zones())
    titled = [(title, exam) for title, (_, exam) in zip(_title_exams(enrolments), exams, strict=True)]
    context = {
        "form": form,
        "exams": titled,
        "zones": zones,
        "push_key": web_push.public_key(),
        **_address_calendar(request, student),
    }
    return render(request, "settings.html", context, status=422 if data is not None else 200)


def _address_calendar(request: HttpRequest, student: User) -> dict[str, str]:
    """Return the address of the student's calendar, and the same as a link that calendar programs open."""
    path = calendar_feed.load_address(student)
    if path is None:
        return {}
    address = request.build_absolute_uri(path)
    return {"calendar": address, "calendar_link": f"webcal:{address.partition(':')[2]}"}


def _title_exams(enrolments: Sequence[Enrolment]) -> list[str]:
    """Return what each enrolment's exam is called: with its course where there are several."""
    exams = schedule.name_own_exams(enrolments)
    titles = []
    for enrolment in enrolments:
        exam, course = exams.get(enrolment.course_id), enrolment.course.title
        titles.append(course if exam is None else exam if len(enrolments) == 1 else f"{exam} ({course})")
    return titles


def _valid(form: SettingsForm, exams: Sequence[ExamDateForm]) -> bool:
    """Return whether all is valid. A date is read in the time zone that was typed beside it."""
    zone = zoneinfo.ZoneInfo(form.cleaned_data["time_zone"]) if form.is_valid() else timezone.get_current_timezone()
    for exam in exams:
        exam.has_changed()  # remembered: what the page showed was in the zone until now
    with timezone.override(zone):
        return all([form.is_valid(), *(exam.is_valid() for exam in exams)])
