"""The quick check at the end of a lesson."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import Field
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.api import COURSE, course_of
from questions.current_course import find_named
from questions.json_types import Instant, Slug
from questions.models import Lesson
from quizzes import lessons, presentations
from quizzes.api.requests import StudentRequest
from quizzes.calendar import format_instant
from quizzes.models import Student
from quizzes.presentations import PresentationPayload

SECTION = OpenApiParameter("section", OpenApiTypes.STR, description="The id of a section that teaches something.")


class QuickCheckPayload(TypedDict):
    """The questions of a quick check, the easiest first."""

    results: list[PresentationPayload]


class QuickCheckView(APIView):
    """The questions at the end of a lesson: four of rising difficulty, the same until the next study day.

    With `section` the two that it ends with.
    """

    @extend_schema(parameters=[COURSE, SECTION], responses=QuickCheckPayload)
    def get(self, request: StudentRequest, slug: str) -> Response:
        """Ask the four questions at the end of a lesson, of rising difficulty; the same until the next study day."""
        return self._questions(request, slug, renew=False)

    @extend_schema(parameters=[COURSE, SECTION], request=None, responses=QuickCheckPayload)
    def post(self, request: StudentRequest, slug: str) -> Response:
        """Replace the questions by four others."""
        return self._questions(request, slug, renew=True)

    def _questions(self, request: StudentRequest, slug: str, *, renew: bool) -> Response:
        lesson = _find_lesson(request, slug)
        section = None
        if named := request.query_params.get("section"):
            section = lessons.find_section(lesson, named)
            if section is None or not section.concepts:
                raise Http404("There is no such section.")
        questions = lessons.ask_quick_check(request.user, lesson, timezone.now(), section=section, renew=renew)
        payload: QuickCheckPayload = {"results": [presentations.payload(each) for each in questions]}
        return Response(payload)


class SectionStandingPayload(TypedDict):
    """A section of a lesson, and what the caller said of it."""

    section: Annotated[str, Field(description="The id of its heading in `body_html`.")]
    title: Annotated[str, Field(description="One line of Markdown.")]
    seconds: Annotated[int, Field(description="Reading it, at 200 words a minute.")]
    concepts: list[Slug]
    state: Literal["read", "known", "unread"]
    read_at: Annotated[Instant | None, Field(description="When it was read, or said to be known.")]


class SectionsPayload(TypedDict):
    """The sections of a lesson that have a title, in order."""

    results: list[SectionStandingPayload]


class ReadingSerializer(serializers.Serializer[object]):
    state = serializers.ChoiceField(
        ["read", "known", "later"], help_text="`known`: ask me without; `later`: not today, its questions neither."
    )


class SectionsView(APIView):
    """How far the caller has read a lesson."""

    @extend_schema(parameters=[COURSE], responses=SectionsPayload)
    def get(self, request: StudentRequest, slug: str) -> Response:
        return Response(_sections(request.user, _find_lesson(request, slug)))


class SectionReadingView(APIView):
    """What the caller says of a section."""

    @extend_schema(parameters=[COURSE], request=ReadingSerializer, responses=SectionsPayload)
    def put(self, request: StudentRequest, slug: str, heading: str) -> Response:
        """Say that it was read, is known without, or is left for another day; today's plan follows."""
        serializer = ReadingSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self._mark(request, slug, heading, serializer.validated_data["state"])

    @extend_schema(parameters=[COURSE], responses={200: SectionsPayload})
    def delete(self, request: StudentRequest, slug: str, heading: str) -> Response:
        """Take it back."""
        return self._mark(request, slug, heading, "unread")

    def _mark(self, request: StudentRequest, slug: str, heading: str, state: lessons.State) -> Response:
        lesson = _find_lesson(request, slug)
        if not lessons.mark_section(request.user, lesson, heading, state, timezone.now()):
            raise Http404("There is no such section.")
        return Response(_sections(request.user, lesson))


def _find_lesson(request: StudentRequest, slug: str) -> Lesson:
    """Return a lesson of a course that the caller studies. Raises Http404."""
    theirs = Lesson.objects.filter(is_published=True, course__in=request.user.enrolments.studied().values("course"))
    return find_named(theirs, request.user, slug, course_of(request))


def _sections(student: Student, lesson: Lesson) -> SectionsPayload:
    return {
        "results": [
            {
                "section": each.section.outline.id,
                "title": each.section.outline.title,
                "seconds": each.section.outline.seconds,
                "concepts": list(each.section.concepts),
                "state": "unread" if each.read_at is None else "known" if each.is_known else "read",
                "read_at": format_instant(each.read_at) if each.read_at else None,
            }
            for each in lessons.list_sections(student, lesson)
        ]
    }
