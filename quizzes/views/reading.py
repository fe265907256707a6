"""Reading a lesson section by section: which were read, and a page for each."""

from __future__ import annotations

from typing import get_args

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from questions.models import Lesson
from questions.text import markup
from quizzes import lessons
from quizzes.views import StudentRequest, get_lesson, student_of


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def read(request: StudentRequest, slug: str, course: str | None = None) -> HttpResponse:
    """The sections that the student has read (GET), or what they say of one of them (POST)."""
    lesson = get_lesson(request, slug, course)
    if request.method == "POST":
        section, state = request.POST.get("section", ""), _read_state(request)
        if not lessons.mark_section(request.user, lesson, section, state, timezone.now()):
            raise Http404("There is no such section.")
    return JsonResponse({"read": lessons.list_sections_read(request.user, lesson)})


@never_cache
@require_http_methods(["GET", "POST"])
def section_page(request: HttpRequest, slug: str, heading: str, course: str | None = None) -> HttpResponse:
    """One section with the questions that it ends with (GET), or what a student says of it (POST)."""
    lesson = get_lesson(request, slug, course)
    standings = lessons.list_sections(student_of(request), lesson)
    at = next((at for at, each in enumerate(standings) if each.section.outline.id == heading), None)
    if at is None:
        raise Http404("There is no such section.")
    in_review = "review" in request.GET
    if request.method == "POST":
        student = student_of(request)
        if student is None:
            return redirect_to_login(request.get_full_path())
        state = _read_state(request)
        lessons.mark_section(student, lesson, heading, state, timezone.now())
        stays = state == "unread" or not in_review
        return redirect(request.get_full_path() if stays else "review")
    text = next(each for each in markup.sections(lesson.body_markdown) if each.id == heading)
    context = {
        "page": "lessons",
        "lesson": lesson,
        "standing": standings[at],
        "html": _from_here(text.html, lesson),
        "in_review": in_review,
        "address": request.get_full_path(),
        "following": standings[at + 1].section if at + 1 < len(standings) else None,
        "whole": f"{reverse('lesson', args=[lesson.course.slug, slug])}#{heading}",
    }
    return render(request, "quizzes/section.html", context)


def _from_here(html: str, lesson: Lesson) -> SafeString:
    """Return a section's clean HTML, whose links to try something are relative to its lesson's page."""
    page = reverse("lesson", args=[lesson.course.slug, lesson.slug])
    return mark_safe(html.replace('href="try/', f'href="{page}try/'))  # noqa: S308 - it was clean


def _read_state(request: HttpRequest) -> lessons.State:
    """Return what a form says of a section; that it was read, unless it says otherwise."""
    said = request.POST.get("state", "read")
    return next((state for state in get_args(lessons.State) if state == said), "read")
