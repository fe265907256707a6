"""The settings of a student."""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
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
    now, exams = timezone.now(), _list_exams(student, data)
    if data is not None and _valid(form, [exam.form for exam in exams]):
        with transaction.atomic():
            for exam in exams:
                exam.store(now)
            schedule.change_settings(form.save(commit=False))
        messages.success(request, "Saved. Your plan is being updated.")
        return redirect("settings")
    zones = sorted(time_zones())
    context = {
        "form": form,
        "exams": exams,
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


@dataclass(frozen=True)
class _Exam:
    """An exam of a course that the person studies, as the page names it, and the form of their own date for it.

    Its slug is None where the course holds no exam.
    """

    title: str
    enrolment: Enrolment
    slug: str | None
    form: ExamDateForm

    def store(self, now: datetime) -> None:
        """Store the date, if it was changed."""
        if not self.form.has_changed():
            return
        at = self.form.cleaned_data["exam_at"]
        if self.slug is None:
            schedule.set_own_date(self.enrolment, at, now)
        else:
            schedule.set_own_dates(self.enrolment, {self.slug: at}, now)


def _list_exams(student: User, data: QueryDict | None) -> list[_Exam]:
    """List the exams of the person's courses: with their course where there are several."""
    enrolments = list(student.enrolments.studied().select_related("course"))
    dates = schedule.list_exams(enrolments)
    exams = []
    for enrolment in enrolments:
        course, prefix = enrolment.course.title, f"exam-{enrolment.pk}"
        for date in dates[enrolment.pk]:
            title = date.exam.title if len(enrolments) == 1 else f"{date.exam.title} ({course})"
            named = prefix if date.is_main else f"{prefix}-{date.exam.slug}"
            form = ExamDateForm(data, prefix=named, initial={"exam_at": date.at})
            exams.append(_Exam(title, enrolment, date.exam.slug, form))
        if not dates[enrolment.pk]:
            form = ExamDateForm(data, prefix=prefix, initial={"exam_at": enrolment.exam_at})
            exams.append(_Exam(course, enrolment, None, form))
    return exams


def _valid(form: SettingsForm, exams: Sequence[ExamDateForm]) -> bool:
    """Return whether all is valid. A date is read in the time zone that was typed beside it."""
    zone = zoneinfo.ZoneInfo(form.cleaned_data["time_zone"]) if form.is_valid() else timezone.get_current_timezone()
    for exam in exams:
        exam.has_changed()  # remembered: what the page showed was in the zone until now
    with timezone.override(zone):
        return all([form.is_valid(), *(exam.is_valid() for exam in exams)])
