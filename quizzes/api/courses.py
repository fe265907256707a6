"""Courses: which there are, joining and leaving them, and one's own exam dates."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, NoReturn

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from pydantic import Field
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied, Throttled
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.api import revalidated
from questions.json_types import Slug, Uri, one_of
from questions.models import Course, Membership
from questions.roles import readable_courses
from quizzes import schedule
from quizzes.api.requests import Conflict, InvalidFields, StudentRequest
from quizzes.courses import joining
from quizzes.courses.listing import ListedCourse, list_courses


class CoursePayload(TypedDict):
    """A course that the caller may see."""

    slug: Slug
    title: str
    description: str
    state: Annotated[str, one_of(Course.State.values)]
    role: Annotated[Annotated[str, one_of(Membership.Role.values)] | None, Field(description="Among its staff.")]
    enrolled: Annotated[bool, Field(description="Whether the caller studies it.")]
    joining: Annotated[
        Literal["open", "code", "closed"],
        Field(description="How the caller would join it; by invitation or as listed alone is `closed`."),
    ]


class CourseListPayload(TypedDict):
    """All courses; there is no next page."""

    results: list[CoursePayload]
    next: Uri | None


def course_payload(listed: ListedCourse) -> CoursePayload:
    """Return the course as a client reads it."""
    return {
        "slug": listed.course.slug,
        "title": listed.course.title,
        "description": listed.course.description,
        "state": listed.course.state,
        "role": listed.role,
        "enrolled": listed.enrolled,
        "joining": listed.joining,
    }


@revalidated
class CourseList(APIView):
    """The courses that the caller may see, by title."""

    @extend_schema(operation_id="courses_list", responses=CourseListPayload)
    def get(self, request: StudentRequest) -> Response:
        listed = list_courses(request.user)
        payload: CourseListPayload = {"results": [course_payload(each) for each in listed], "next": None}
        return Response(payload)


class CodeSerializer(serializers.Serializer[object]):
    code = serializers.CharField(required=False, allow_blank=True, max_length=100, help_text="Where one is asked for.")


class ExamDatesSerializer(serializers.Serializer[object]):
    exam_dates = serializers.DictField(
        child=serializers.DateTimeField(allow_null=True),
        help_text="One's own date, by the exam's slug; null for the course's.",
    )


class EnrolmentPayload(TypedDict):
    """The caller's enrolment."""

    course: Slug
    exam_dates: dict[str, datetime | None]


class EnrolmentView(APIView):
    """The caller's own place in a course: joined (POST), left (DELETE), and their own exam dates (PATCH)."""

    @extend_schema(request=CodeSerializer, responses={201: CoursePayload, 200: CoursePayload})
    def post(self, request: StudentRequest, slug: str) -> Response:
        """Join; again, it is 200. 403 for a wrong code, 409 where nobody joins by themselves."""
        sent = CodeSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        typed = sent.validated_data.get("code", "")
        try:
            course = readable_courses(request.user).filter(slug=slug).first() or _find_hidden(request, slug, typed)
            _, is_new = joining.join(request.user, course, timezone.now(), typed=typed)
        except (joining.JoinError, joining.TooManyGuessesError) as refused:
            _refuse(refused)
        listed = next(each for each in list_courses(request.user) if each.course.pk == course.pk)
        return Response(course_payload(listed), status=201 if is_new else 200)

    @extend_schema(responses={204: None})
    def delete(self, request: StudentRequest, slug: str) -> Response:
        """Leave; what the caller did stays theirs, and is there again when they come back."""
        course = Course.objects.filter(slug=slug).first()
        if course is None or not joining.leave(request.user, course, timezone.now()):
            raise Http404("You are in no such course.")
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=ExamDatesSerializer, responses=EnrolmentPayload)
    def patch(self, request: StudentRequest, slug: str) -> Response:
        """Choose one's own dates of the course's exams, after now; null takes the course's."""
        enrolment = request.user.enrolments.select_related("course").filter(course__slug=slug).first()
        if enrolment is None:
            raise Http404("You are in no such course.")
        sent = ExamDatesSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            schedule.set_own_dates(enrolment, sent.validated_data["exam_dates"], timezone.now())
        except schedule.ExamDateError as error:
            raise InvalidFields({"exam_dates": [str(error)]}) from None
        payload: EnrolmentPayload = {"course": slug, "exam_dates": schedule.list_own_dates(enrolment)}
        return Response(payload)


def _find_hidden(request: StudentRequest, slug: str, typed: str) -> Course:
    """Return a course that the caller does not see, by its code. Raises Http404 for any other code."""
    course = joining.find_by_code(typed, request.user) if typed else None
    if course is None or course.slug != slug:
        raise Http404("There is no such course.")
    return course


def _refuse(refused: joining.JoinError | joining.TooManyGuessesError) -> NoReturn:
    if isinstance(refused, joining.TooManyGuessesError):
        raise Throttled(wait=refused.retry_after, detail=str(refused)) from None
    if refused.code == "code":
        raise PermissionDenied(str(refused), "wrong_code") from None
    raise Conflict(str(refused), "joining_closed") from None
