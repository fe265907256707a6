"""A course as its staff find it each morning."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from questions import replica, roles
from questions.roles import Act
from quizzes.calendar import study_day
from quizzes.exams import item_analysis
from quizzes.models import ItemStatistics
from quizzes.progress import charts, for_staff
from quizzes.views import StudentRequest, staff

NAMED = 6
"""Students who need a word that are named."""


@login_required
@require_GET
def teaching(request: StudentRequest) -> HttpResponse:
    """The courses whose students one may see; where that is one, it alone. Who writes courses alone goes there."""
    courses = list(roles.courses_for(request.user, Act.SEE_STUDENTS).order_by("title"))
    if not courses and request.user.is_staff:
        return redirect("admin:index")
    if not courses:
        raise Http404("There is no such course.")
    if len(courses) == 1:
        return redirect("course-overview", courses[0].slug)
    return render(request, "quizzes/staff/teaching.html", {"courses": courses})


@login_required
@require_GET
def overview_page(request: StudentRequest, course: str) -> HttpResponse:
    """What happened, what waits, and how the students stand."""
    taught = staff.get_course(request.user, course)
    now = timezone.now()
    overview = replica.read(for_staff.load_course_overview, taught, study_day(request.user, now).date, now)
    context = {
        "course": taught,
        "tab": "overview",
        "manages": staff.manages(request.user, taught),
        "now": now,
        "overview": overview,
        "watch": overview.watch,
        "named": overview.in_need[:NAMED],
        "bars": charts.histogram(overview.forecast.bins) if overview.forecast else None,
        "worst": [(row, _flags(row)) for row in overview.worst],
        "may_mark": roles.may(request.user, Act.MARK, taught),
    }
    return render(request, "quizzes/staff/overview.html", context)


@login_required
@require_POST
def measure(request: StudentRequest, course: str) -> HttpResponse:
    """Have a worker measure how the students stand."""
    taught = staff.get_course(request.user, course)
    for_staff.ask_standings(taught, timezone.now())
    return redirect("course-overview", taught.slug)


def _flags(row: ItemStatistics) -> list[str]:
    """Return what there is to look at in an item, in a few words each."""
    return [item_analysis.FLAGS[code] for code in row.flag_codes.split(",") if code in item_analysis.FLAGS]
