"""The students of a course: those who need a word, or all; and the lines that say who does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from questions import replica, roles
from questions.roles import Act
from questions.whole_numbers import read_whole_number
from quizzes.models import CourseWatch
from quizzes.progress import for_staff
from quizzes.progress.for_staff import StudentRow
from quizzes.views import StudentRequest, staff

ROWS = 50
"""Students on a page."""


@login_required
@require_GET
def students_page(request: StudentRequest, course: str) -> HttpResponse:
    """All students; with `?show=risk` those who need a word, first who needs it most. `?section=` and `?q=` choose."""
    taught = staff.get_course(request.user, course)
    watch = for_staff.load_watch(taught)
    sections, section = staff.list_sections(taught, request.GET.get("section", ""))
    everybody = [
        row
        for row in replica.read(for_staff.load_students, taught, watch, timezone.now())
        if section in (None, row.enrolment.section_id)
    ]
    in_need = for_staff.sort_by_need(everybody)
    show = "risk" if request.GET.get("show") == "risk" else ""
    words = request.GET.get("q", "").strip()
    listed = [row for row in (in_need if show else everybody) if staff.has_name(row.enrolment.student, words)]
    rows = Paginator(listed, ROWS).get_page(request.GET.get("page"))
    addresses = _list_addresses(rows.object_list)
    chosen = (("show", show), ("section", section), ("q", words))
    context = {
        "course": taught,
        "tab": "students",
        "manages": staff.manages(request.user, taught),
        "watch": watch,
        "rows": rows,
        "everybody": len(everybody),
        "in_need": len(in_need),
        "show": show,
        "words": words,
        "sections": sections,
        "section": section,
        "mail": _mail(taught.title, addresses),
        "addresses": ", ".join(addresses),
        "may_mark": roles.may(request.user, Act.MARK, taught),
        "address": urlencode({name: value for name, value in chosen if value}),
    }
    return render(request, "quizzes/staff/students.html", context)


@login_required
@require_POST
def set_lines(request: StudentRequest, course: str) -> HttpResponse:
    """Say who needs a word: by the per cent that are expected of them (`lowest`), and the days without an answer."""
    taught = staff.get_course(request.user, course, Act.MARK)
    lowest = read_whole_number(request.POST.get("lowest", ""), 0, 100)
    unseen = read_whole_number(request.POST.get("unseen", ""), 1, 365)
    if lowest is None or unseen is None:
        messages.error(request, "Give 0 to 100 per cent, and 1 to 365 days.")
    else:
        lines = {"lowest_percent": lowest, "unseen_days": unseen}
        CourseWatch.objects.update_or_create(course=taught, defaults=lines)
        messages.success(request, "The list follows the new limits.")
    return redirect("students", taught.slug)


def _list_addresses(rows: Iterable[StudentRow]) -> list[str]:
    """Return the addresses of those who have one, with their names, as mail programs take them."""
    students = [row.enrolment.student for row in rows if row.enrolment.student.email]
    return [
        f'"{name}" <{student.email}>' if (name := _quotable(student.get_full_name())) else student.email
        for student in students
    ]


def _mail(subject: str, addresses: Sequence[str]) -> str:
    """Return a link that writes to these, none of whom sees the others; empty for nobody."""
    written = quote(", ".join(addresses), safe="")
    return f"mailto:?bcc={written}&subject={quote(subject, safe='')}" if addresses else ""


def _quotable(name: str) -> str:
    """Return a name without what would end a quoted name."""
    return name.replace('"', "").replace("\\", "")
