"""Courses to find, to join and to leave."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from questions import roles
from questions.current_course import CourseError, choose_course
from questions.models import Course
from questions.roles import Act
from quizzes.courses import joining
from quizzes.courses.listing import ListedCourse, list_courses
from quizzes.models import Exam
from quizzes.views import Context, StudentRequest, student_of

SHARED = ("Referrer-Policy", "same-origin"), ("X-Robots-Tag", "noindex")
"""The address of a link is the secret: no page that is opened from there is told, and no search engine keeps it."""


@require_GET
def courses_page(request: HttpRequest) -> HttpResponse:
    """The courses that one studies, runs, and can join."""
    return render(request, "quizzes/courses.html", group_courses(list_courses(student_of(request))))


def group_courses(listed: list[ListedCourse]) -> Context:
    """Return what the page of courses shows, in groups."""
    return {
        "page": "courses",
        "mine": [each for each in listed if (each.enrolled or each.role) and not each.archived],
        "others": [each for each in listed if not (each.enrolled or each.role) and not each.archived],
        "past": [each for each in listed if each.archived],
    }


@require_GET
def course_page(request: HttpRequest, course: str) -> HttpResponse:
    """One course: its lessons, and for its students its exams; how one joins or leaves it."""
    listed = next((each for each in list_courses(student_of(request)) if each.course.slug == course), None)
    if listed is None:
        raise Http404("There is no such course.")
    context: Context = {
        "page": "courses",
        "listed": listed,
        "course": listed.course,
        "lessons": listed.course.lessons.filter(is_published=True).defer("body_markdown"),
        "exams": Exam.objects.filter(course=listed.course).order_by("starts_at", "pk") if listed.enrolled else [],
    }
    return render(request, "quizzes/course.html", context)


FOLLOWING = {"lessons", "concepts", "exams", "progress", "today"}
"""Pages that are shown of the course which is looked at."""


@login_required
@require_POST
def choose(request: StudentRequest, course: str) -> HttpResponse:
    """Look at another course from now on: at its page of the kind that one was on."""
    try:
        choose_course(request.user, course)
    except CourseError as refused:
        raise Http404(str(refused)) from None
    page = request.POST.get("page", "")
    if page == "teaching" and roles.courses_for(request.user, Act.SEE_STUDENTS).filter(slug=course).exists():
        return redirect("course-overview", course)
    return redirect(page) if page in FOLLOWING else redirect("course", course)


@login_required
@require_POST
def join(request: StudentRequest, course: str) -> HttpResponse:
    """Join a course that one sees."""
    joined = get_object_or_404(roles.readable_courses(request.user), slug=course)
    try:
        joining.join(request.user, joined, timezone.now(), typed=request.POST.get("code", ""))
    except joining.JoinError as refused:
        messages.error(request, str(refused))
        return redirect("course", course)
    except joining.TooManyGuessesError as refused:
        return _slow_down(request, refused)
    return redirect("start", course)


@login_required
@require_http_methods(["GET", "POST"])
def leave(request: StudentRequest, course: str) -> HttpResponse:
    """Ask whether to leave a course (GET), and leave it (POST)."""
    left = get_object_or_404(Course.objects.filter(enrolments__student=request.user), slug=course)
    if request.method == "POST":
        joining.leave(request.user, left, timezone.now())
        messages.success(request, f"You are no longer in {left.title}.")
        return redirect("courses")
    returns = joining.way_into(left)
    return render(request, "quizzes/leave.html", {"page": "courses", "course": left, "returns": returns})


@require_GET
def type_code(request: HttpRequest) -> HttpResponse:
    """Go on to the page of a code that was typed."""
    code = joining.read_code(request.GET.get("code", ""))
    return redirect("join-by-code", code) if code else redirect("courses")


@never_cache
@require_http_methods(["GET", "POST"])
def join_by_code(request: HttpRequest, code: str) -> HttpResponse:
    """The course of a code (GET), and join it (POST). A visitor is told nothing of it before they log in."""
    student = student_of(request)
    after = urlencode({"next": request.path})
    context: Context = {
        "page": "courses",
        "code": code,
        "log_in": f"{reverse('account_login')}?{after}",
        "sign_up": f"{reverse('account_signup')}?{after}",
    }
    if student is None:
        return _shared(render(request, "quizzes/join.html", context))
    try:
        course = joining.find_by_code(code, student)
        if course and (request.method == "POST" or joining.is_enrolled(student, course)):
            _, is_new = joining.join(student, course, timezone.now(), typed=code)
            return redirect("start", course.slug) if is_new else redirect("today")
    except joining.JoinError as refused:
        context["error"] = str(refused)
    except joining.TooManyGuessesError as refused:
        return _slow_down(request, refused)
    else:
        context["course"] = course
    return _shared(render(request, "quizzes/join.html", context, status=HTTPStatus.OK if course else 404))


def _shared(response: HttpResponse) -> HttpResponse:
    for name, value in SHARED:
        response[name] = value
    return response


def _slow_down(request: HttpRequest, refused: joining.TooManyGuessesError) -> HttpResponse:
    response = render(request, "quizzes/join.html", {"page": "courses", "error": str(refused)}, status=429)
    response["Retry-After"] = str(refused.retry_after)
    return _shared(response)
