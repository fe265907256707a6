"""The roster of a course for those who choose its people: the list, files in and out, one student."""

from __future__ import annotations

import uuid
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from questions import trail
from questions.models import Course
from questions.roles import Act
from questions.text.csv_files import csv_download
from questions.whole_numbers import read_whole_number
from quizzes import exams
from quizzes.courses import invitations, roster
from quizzes.courses.students import remove_students
from quizzes.models import Enrolment, Invitation, Section
from quizzes.views import Context, StudentRequest, staff

ROWS = 50
SHOWN = 200
"""Lines of a kind in a report."""


@login_required
@require_GET
def roster_page(request: StudentRequest, course: str) -> HttpResponse:
    """Everybody on the roster of a course, those who are invited too; `?section=`, `?q=`, `?who=invited`."""
    taught = staff.get_course(request.user, course, Act.MANAGE)
    sections, section = staff.list_sections(taught, request.GET.get("section", ""))
    words, invited = request.GET.get("q", "").strip(), request.GET.get("who") == "invited"
    name = next((each.name for each in sections if each.pk == section), None)
    seats = [
        seat
        for seat in roster.load_seats(taught)
        if name in (None, seat.section)
        and (seat.invited or not invited)
        and staff.has_words(words, seat.name, seat.username, seat.email)
    ]
    shown = Paginator(seats, ROWS).get_page(request.GET.get("page"))
    kept = {each.key for each in shown if each.invited}
    waiting = Invitation.objects.select_related("course").in_bulk([uuid.UUID(key) for key in kept])
    now = timezone.now()
    context: Context = {
        **_page(taught),
        "rows": shown,
        "seats": [(seat, _invitation(waiting, seat, now)) for seat in shown],
        "sections": sections,
        "section": section,
        "words": words,
        "address": urlencode({"q": words, "section": section or "", "who": "invited" if invited else ""}),
        "invited": invited,
        "has_mail": invitations.reaches_people(),
    }
    return render(request, "quizzes/staff/roster.html", context)


def _page(course: Course) -> Context:
    return {"course": course, "tab": "roster", "manages": True}


def _invitation(waiting: dict[uuid.UUID, Invitation], seat: roster.Seat, now: datetime) -> Context | None:
    """Return what the page says of an invitation; None for a student who came."""
    invitation = waiting.get(uuid.UUID(seat.key)) if seat.invited else None
    if invitation is None:
        return None
    return {"row": invitation, "link": invitations.make_link(invitation), "over": invitation.expires_at <= now}


@login_required
@require_GET
def roster_file(request: StudentRequest, course: str) -> StreamingHttpResponse:
    """Download the roster as a file that comes in again."""
    taught = staff.get_course(request.user, course, Act.MANAGE)
    return csv_download(f"{taught.slug}-roster.csv", roster.list_rows(roster.load_seats(taught)))


@login_required
@require_GET
def links_file(request: StudentRequest, course: str) -> StreamingHttpResponse:
    """Download the links of those who have not come yet, for who sends them by other ways than ours."""
    taught = staff.get_course(request.user, course, Act.MANAGE)
    waiting = Invitation.objects.filter(course=taught, student=None, expires_at__gt=timezone.now())
    rows = [[row.name, row.email, invitations.make_link(row)] for row in waiting]
    return csv_download(f"{taught.slug}-invitations.csv", [["Name", "Email", "Link"], *rows])


@login_required
@require_http_methods(["GET", "POST"])
@trail.recorded
def list_page(request: StudentRequest, course: str) -> HttpResponse:
    """Take a list (GET), show what it would change (POST), and apply it (POST with `apply`)."""
    taught = staff.get_course(request.user, course, Act.MANAGE)
    if request.method == "GET":
        return render(request, "quizzes/staff/roster_list.html", _page(taught))
    file = request.FILES.get("file")
    content = file.read(roster.MOST_BYTES + 1) if file else request.POST.get("list", "").encode()
    read, removes = roster.read_roster(content), "remove" in request.POST
    now, shown = timezone.now(), request.POST.get("shown", "")
    if "apply" in request.POST:
        try:
            done = roster.apply_roster(taught, read, request.user, now, removes_unlisted=removes, shown=shown)
        except roster.ChangedMeanwhileError:
            messages.warning(request, "The course has changed meanwhile. Look at the changes again, then apply them.")
        else:
            messages.success(request, _summary(done.comparison))
            return redirect("roster", taught.slug)
    comparison = roster.compare_roster(taught, read, removes_unlisted=removes)
    context: Context = {
        **_page(taught),
        "comparison": comparison,
        "parts": [(deed, changes[:SHOWN], len(changes)) for deed in roster.Deed if (changes := comparison.of(deed))],
        "faults": comparison.faults[:SHOWN],
        "list": roster.decode(content),
        "shown": roster.digest(comparison),
        "removes": removes,
        "has_mail": invitations.reaches_people(),
    }
    return render(request, "quizzes/staff/roster_list.html", context, status=422 if comparison.faults else 200)


def _summary(comparison: roster.Comparison) -> str:
    """Say what was done."""
    counts = {deed: len(comparison.of(deed)) for deed in (roster.Deed.ADD, roster.Deed.CHANGE, roster.Deed.REMOVE)}
    said = [f"{count} {deed.value}" for deed, count in counts.items() if count]
    return f"{', '.join(said)}." if said else "The course already matched the list; nothing was changed."


@login_required
@require_POST
@trail.recorded
def change_seat(request: StudentRequest, course: str, seat: str) -> HttpResponse:
    """Move a student or give them time (`save`), take them out (`remove`), or send an invitation again (`renew`).

    The query is that of the list, and leads back to where one was in it.
    """
    taught = staff.get_course(request.user, course, Act.MANAGE)
    row = _find_seat(taught, seat)
    now = timezone.now()
    if "remove" in request.POST:
        if isinstance(row, Enrolment):
            remove_students([row], now)
            messages.success(request, f"{row.student} is no longer a student of this course, and keeps all answers.")
        else:
            row.delete()
            messages.success(request, f"The invitation for {row.email} was withdrawn; its link no longer works.")
    elif "renew" in request.POST and isinstance(row, Invitation):
        invitations.renew([row], now)
        done = "was sent again" if invitations.reaches_people() else "has a new link"
        messages.success(request, f"The invitation for {row.email} {done}. Older links no longer work.")
    else:
        percent = read_whole_number(request.POST.get("extra_time", "").strip(), 0, 400)
        if percent is None:
            messages.error(request, "Extra time is 0 to 400 per cent.")
        else:
            chosen = read_whole_number(request.POST.get("section", ""), 1, 2**62)
            row.section = Section.objects.filter(course=taught, pk=chosen).first() if chosen else None
            row.extra_time_percent = percent
            exams.store_students([row], now) if isinstance(row, Enrolment) else row.save()
            messages.success(request, "Saved.")
    return redirect(f"{reverse('roster', args=[taught.slug])}?{request.GET.urlencode()}")


def _find_seat(course: Course, key: str) -> Enrolment | Invitation:
    """Return a row of the roster. Raises Http404."""
    number = read_whole_number(key, 1, 2**62)
    row: Enrolment | Invitation | None = None
    if number is not None:
        row = course.enrolments.select_related("student").filter(pk=number).first()
    else:
        try:
            row = Invitation.objects.filter(course=course, pk=uuid.UUID(key), student=None).first()
        except ValueError:
            row = None
    if row is None:
        raise Http404("There is no such student.")
    return row
