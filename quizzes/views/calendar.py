"""The calendar of exams and plans: its document for calendar programs, and its secret address in the settings."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from questions.windows import count_in_window
from quizzes.reminders import calendar_feed
from quizzes.views import StudentRequest

READS, WINDOW = 60, 3600
"""Reads of one calendar within so many seconds; programs read it a few times a day."""


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar with this secret, whoever asks."""
    student = calendar_feed.find_student(secret)
    if student is None:
        raise Http404("There is no such calendar.")
    window = count_in_window(f"calendar:{student.pk}", WINDOW)
    if window.count > READS:
        return HttpResponse(status=429, headers={"Retry-After": str(window.retry_after)})
    response = HttpResponse(calendar_feed.render(student, timezone.now()), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="examprep.ics"'
    # The address is the secret: it is told to no page that is opened from here, and no search engine keeps it.
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@login_required
@require_POST
def change_address(request: StudentRequest) -> HttpResponse:
    """Make an address, or a new one in its place; or end it."""
    if "revoke" in request.POST:
        calendar_feed.revoke(request.user)
        messages.success(request, "The calendar is turned off: its address no longer works.")
    else:
        is_new = calendar_feed.load_address(request.user) is None
        calendar_feed.make_address(request.user, timezone.now())
        ended = "The calendar has a new address; the old one no longer works."
        messages.success(request, "Your calendar is ready." if is_new else ended)
    return redirect(reverse("settings") + "#calendar")
