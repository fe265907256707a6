"""Enrolments: exam dates and extra time."""

from __future__ import annotations

from types import MappingProxyType

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from questions import trail
from questions.admin.of_course import OfCourseAdmin
from questions.roles import Act
from quizzes import exams, schedule
from quizzes.models import Enrolment, Section


def _of_section(row: Model) -> dict[str, object]:
    assert isinstance(row, Section)
    names = ("opens_at", "closes_at", "starts_at")
    dates = row.exam_dates.select_related("exam")
    return {date.exam.slug: {name: getattr(date, name) for name in names if getattr(date, name)} for date in dates}


trail.watch(Enrolment, person="student")
trail.watch(Section, besides=_of_section)


@admin.register(Enrolment)
class EnrolmentAdmin(OfCourseAdmin[Enrolment]):
    """Who studies a course. Students join it, or stand in its roster; superusers enrol them here, too."""

    acts = MappingProxyType({"view": Act.SEE_STUDENTS, "change": Act.MARK})
    list_display = ("student", "course", "exam_at", "extra_time_percent", "created_at", "page")
    list_filter = ("course",)
    search_fields = ("student__username", "student__email")
    list_select_related = ("student", "course")
    autocomplete_fields = ("student",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    @admin.display(description="progress")
    def page(self, enrolment: Enrolment) -> str:
        """The student's page for staff."""
        address = reverse("student", args=[enrolment.course.slug, enrolment.student.get_username()])
        return format_html('<a href="{}">Open</a>', address)

    def get_readonly_fields(self, request: HttpRequest, obj: Enrolment | None = None) -> tuple[str, ...]:
        """Whose it is stays; dates and extra time change."""
        return ("student", "course") if obj else ()

    def save_model(self, request: HttpRequest, obj: Enrolment, form: ModelForm[Enrolment], change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            schedule.prepare_enrolment(obj, timezone.now())
        if "extra_time_percent" in form.changed_data:
            exams.extend_open_sittings(obj)
