"""Staff look at a course as a new student does.

Each page is made for a student who is there only while it is made: the student, the enrolment, cards, plan and
questions are stored in a transaction that is always undone. So nothing stays that a statistic could count, and nothing
can be answered. A course that is a draft is open meanwhile, in the same transaction: it is shown as it will be.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from questions import roles
from questions.models import Course
from questions.roles import Act
from quizzes import schedule
from quizzes.models import Student
from quizzes.views import StudentRequest, is_partial, staff, student_of

KEY = "viewed_course"
PAGES = frozenset(
    ["", "today", "review", "lessons", "concepts", "exams", "progress", "practise", "notebook", "search", "work"]
)
"""Where the paths of pages begin that are shown so, within a course too; all others are staff's own."""
LIKE_STAFF = ("time_zone", "day_rollover_hour", "theme", "text_size")
"""What the student has of who looks."""


@login_required
@require_POST
def start(request: StudentRequest, course: str) -> HttpResponse:
    """Look at the course as a new student from now on."""
    request.session[KEY] = staff.get_course(request.user, course, Act.READ).pk
    return redirect("today")


@login_required
@require_POST
def stop(request: StudentRequest) -> HttpResponse:
    """Be oneself again."""
    request.session.pop(KEY, None)
    return redirect("teaching")


class ViewAsStudent:
    """Middleware: shows the pages of students to who looks at a course as one, and stores nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        course, looking = _viewed_course(request), student_of(request)
        if course is None or looking is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            messages.info(request, "You are viewing the course as a student: nothing is stored, so you cannot answer.")
            return (
                HttpResponse(status=HTTPStatus.NO_CONTENT) if is_partial(request) else redirect(_page_before(request))
            )
        with transaction.atomic():
            request.user = _make_student(looking, course)
            request.viewed_course = course  # type: ignore[attr-defined]
            if request.path == reverse("ahead"):
                schedule.look_ahead(request.user)  # what a worker would do, once the student has asked for it
            try:
                return self.get_response(request)
            finally:
                request.user = looking
                transaction.set_rollback(True)


def _viewed_course(request: HttpRequest) -> Course | None:
    """Return the course that a page is to be shown of, if its reader may read it as staff still."""
    begins = request.path.split("/")[1:]
    begin = begins[2] if begins[0] == "courses" and len(begins) > 3 else begins[0]
    if begin not in PAGES or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    key = request.session.get(KEY)
    if key is None or not request.user.is_authenticated or not roles.may(request.user, Act.READ, key):
        return None
    return Course.objects.filter(pk=key).first()


def _page_before(request: HttpRequest) -> str:
    page = request.headers.get("Referer", "")
    return page if url_has_allowed_host_and_scheme(page, {request.get_host()}) else "today"


def _make_student(looking: Student, course: Course) -> Student:
    """Return a new student of the course, to be undone; the key is one that no account has, for what is cached."""
    student: Student = get_user_model()(pk=-looking.pk, username=f"student-{looking.pk}-looking")
    for name in LIKE_STAFF:
        setattr(student, name, getattr(looking, name))
    student.set_unusable_password()
    student.save(force_insert=True)
    if course.state == Course.State.DRAFT:
        course.state = Course.State.OPEN
        course.save(update_fields=["state"])
    schedule.enrol(student, course)
    return student
