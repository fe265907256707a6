"""The sections of a course for those who choose its people: their names, their extra time, their exam dates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from questions import trail
from questions.models import Course
from questions.roles import Act
from quizzes import exams
from quizzes.models import Exam, Section, SectionExam
from quizzes.views import Context, StudentRequest, staff


class SectionForm(forms.ModelForm[Section]):
    """What a section is called, and its extra time."""

    class Meta:
        model = Section
        fields = ("name", "extra_time_percent")
        labels = {"extra_time_percent": "Extra time (%)"}

    def clean_name(self) -> str:
        """Refuse what another section of the course is called, in whatever letters."""
        name: str = self.cleaned_data["name"]
        if self.instance.course.sections.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(f"The course has a section “{name}” already.")
        return name


def _moment(label: str) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, required=False)


class DatesForm(forms.ModelForm[SectionExam]):
    """When a section sits an exam, where it differs from the course."""

    opens_at = _moment("Opens")
    closes_at = _moment("Closes")
    starts_at = _moment("Starts")

    class Meta:
        model = SectionExam
        fields = ("opens_at", "closes_at", "starts_at")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            theirs = SectionExam(**{name: cleaned[name] for name in self.Meta.fields}).dated(self.instance.exam)
            if theirs.opens_at and theirs.closes_at and theirs.opens_at >= theirs.closes_at:
                end = timezone.localtime(theirs.closes_at)
                self.add_error("opens_at", f"It has to open before it closes, {end:%-d %B %Y, %H:%M}.")
        return cleaned


@login_required
@require_http_methods(["GET", "POST"])
@trail.recorded
def sections_page(request: StudentRequest, course: str) -> HttpResponse:
    """List the sections (GET), and add one (POST)."""
    taught = staff.get_course(request.user, course, Act.MANAGE)
    form = SectionForm(request.POST or None, instance=Section(course=taught))
    if request.method == "POST" and form.is_valid():
        exams.store_section(form.instance, [], timezone.now())
        messages.success(request, f"“{form.instance}” was added. Move students into it on the roster.")
        return redirect("section", taught.slug, form.instance.pk)
    counted = Section.objects.filter(course=taught).annotate(
        students=Count("enrolments", distinct=True), dated=Count("exam_dates", distinct=True)
    )
    context = {**_page(taught), "sections": counted, "form": form}
    return render(request, "quizzes/staff/sections.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
@trail.recorded
def section_page(request: StudentRequest, course: str, section: int) -> HttpResponse:
    """One section: rename it, give it time and dates, or delete it (POST with `delete`)."""
    taught = staff.get_course(request.user, course, Act.MANAGE)
    row = Section.objects.filter(course=taught, pk=section).select_related("course").first()
    if row is None:
        raise Http404("There is no such section.")
    now = timezone.now()
    if request.method == "POST" and "delete" in request.POST:
        exams.delete_section(row, now)
        messages.success(request, f"“{row}” was deleted. Its students stay in the course, without a section.")
        return redirect("sections", taught.slug)
    stored = {each.exam_id: each for each in row.exam_dates.all()}
    form = SectionForm(request.POST or None, instance=row)
    dates = [
        DatesForm(request.POST or None, prefix=str(exam.pk), instance=_dates_of(stored.get(exam.pk), exam))
        for exam in Exam.objects.filter(course=taught)
    ]
    valid = [form.is_valid(), *(each.is_valid() for each in dates)]
    if all(valid):
        exams.store_section(row, [each.instance for each in dates], now)
        messages.success(request, f"“{row}” was saved. Open sittings have the new time, and plans the new dates.")
        return redirect("section", taught.slug, row.pk)
    context = {**_page(taught), "section": row, "form": form, "dates": dates, "students": row.enrolments.count()}
    return render(request, "quizzes/staff/section.html", context, status=422 if form.is_bound else 200)


def _dates_of(stored: SectionExam | None, exam: Exam) -> SectionExam:
    """Return the dates of an exam for a section, which say nothing where none are stored."""
    dates = stored or SectionExam()
    dates.exam = exam
    return dates


def _page(course: Course) -> Context:
    return {"course": course, "tab": "sections", "manages": True}
