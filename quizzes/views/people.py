"""The people of a course: its staff and their roles, its students in short; who sees it, and how one joins it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, TextChoices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from questions import roles, trail
from questions.models import Course, Membership
from questions.roles import Act
from quizzes.courses import joining, opening
from quizzes.courses.people import count_invitations, find_person
from quizzes.courses.qr_codes import draw_qr_code
from quizzes.models import Student
from quizzes.progress.for_staff.standings import students_of
from quizzes.views import Context, StudentRequest, staff

ROWS = 50
ROLES = {
    Membership.Role.OWNER: "can do everything, and decides who belongs to the course",
    Membership.Role.AUTHOR: "writes lessons, questions and exams, and cannot see students",
    Membership.Role.ASSISTANT: "sees students, marks and adjusts sittings",
    Membership.Role.OBSERVER: "sees students and content, and cannot change anything",
}


@login_required
@require_GET
def people_page(request: StudentRequest, course: str) -> HttpResponse:
    """Who runs the course, its students by section, and who is invited."""
    taught = staff.get_course(request.user, course)
    members = Membership.objects.filter(course=taught).select_related("user", "added_by").order_by("created_at", "pk")
    students = students_of(taught).order_by()
    context: Context = {
        **_page(request, taught, "people"),
        "rows": Paginator(members, ROWS).get_page(request.GET.get("page")),
        "students": students.count(),
        "sections": students.values("section", "section__name").annotate(count=Count("pk")).order_by("section__name"),
        "invitations": count_invitations(taught, timezone.now()),
        "roles": [(role, role.label, does) for role, does in ROLES.items()],
    }
    return render(request, "quizzes/staff/people.html", context)


@login_required
@require_POST
@trail.recorded
def give_role(request: StudentRequest, course: str) -> HttpResponse:
    """Give somebody a role, by their username or their confirmed address."""
    taught = staff.get_course(request.user, course, Act.MANAGE)
    called, role = request.POST.get("person", "").strip(), request.POST.get("role", "")
    person = find_person(called)
    if role not in ROLES:
        messages.error(request, "Choose a role.")
    elif person is None:
        messages.error(request, f"Nobody has an account as “{called[:80]}”. They have to create one first.")
    else:
        _set_role(request, taught, person, role)
    return redirect("people", taught.slug)


@login_required
@require_POST
@trail.recorded
def change_role(request: StudentRequest, course: str, membership: int) -> HttpResponse:
    """Give somebody another role (`save`), or take it away (`remove`)."""
    taught = staff.get_course(request.user, course, Act.MANAGE)
    row = Membership.objects.filter(course=taught, pk=min(membership, 2**62)).select_related("user").first()
    if row is None:
        raise Http404("Nobody has this role.")
    if "remove" not in request.POST:
        if request.POST.get("role") not in ROLES:
            messages.error(request, "Choose a role.")
        else:
            _set_role(request, taught, row.user, request.POST["role"])
    else:
        try:
            roles.remove_role(row.user, taught)
        except roles.LastOwnerError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"{row.user} has no role in this course any more.")
    if row.user_id == request.user.pk and not staff.manages(row.user, taught):
        return redirect("course", taught.slug)
    return redirect("people", taught.slug)


def _set_role(request: StudentRequest, course: Course, person: Student, role: str) -> None:
    try:
        membership = roles.set_role(person, course, role, by=request.user)
    except roles.LastOwnerError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{membership.user} is {membership.get_role_display().lower()} of this course.")


@login_required
@require_http_methods(["GET", "POST"])
@trail.recorded
def access_page(request: StudentRequest, course: str) -> HttpResponse:
    """In which state the course is, who sees it, how one joins it (GET); change that, or its code (POST)."""
    taught = staff.get_course(request.user, course, Act.MANAGE)
    if request.method == "POST":
        return _change_access(request, taught)
    context: Context = {
        **_page(request, taught, "access"),
        "choices": [
            ("state", "Status", taught.state, _options(opening.STATES)),
            ("visible_to", "Who can see it", taught.visible_to, _options(opening.VISIBLE)),
            ("joining", "Who can join", taught.joining, _options(opening.JOINING)),
        ],
        "way": joining.way_into(taught),
    }
    if taught.join_code and joining.way_into(taught) != "closed":
        link = joining.join_link(taught)
        context |= {"link": link, "qr": draw_qr_code(link, f"QR code of the link to join {taught.title}")}
    return render(request, "quizzes/staff/access.html", context)


def _change_access(request: StudentRequest, taught: Course) -> HttpResponse:
    if "renew" in request.POST:
        opening.renew_code(taught)
        messages.success(request, "The course has a new code and link. The old ones no longer work.")
        return redirect("course-access", taught.slug)
    wished = opening.Access(*(request.POST.get(name, "") for name in ("state", "visible_to", "joining")))
    try:
        opening.change_access(taught, wished, timezone.now())
    except ValueError as error:
        return HttpResponse(str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY, content_type="text/plain")
    messages.success(request, "Saved.")
    return redirect("course-access", taught.slug)


def _options(meanings: Mapping[TextChoices, opening.Meaning]) -> list[Context]:
    return [{"value": each.value, **meaning._asdict()} for each, meaning in meanings.items()]


def _page(request: StudentRequest, course: Course, tab: str) -> Context:
    return {"course": course, "tab": tab, "manages": staff.manages(request.user, course)}
