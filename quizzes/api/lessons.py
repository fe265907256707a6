"""The quick check at the end of a lesson."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.api import COURSE, course_of
from questions.current_course import find_named
from questions.models import Lesson
from quizzes import lessons, presentations
from quizzes.api.requests import StudentRequest
from quizzes.presentations import PresentationPayload


class QuickCheckPayload(TypedDict):
    """The questions of a quick check, the easiest first."""

    results: list[PresentationPayload]


class QuickCheckView(APIView):
    """The questions at the end of a lesson: four of rising difficulty, the same until the next study day."""

    @extend_schema(parameters=[COURSE], responses=QuickCheckPayload)
    def get(self, request: StudentRequest, slug: str) -> Response:
        """Ask the four questions at the end of a lesson, of rising difficulty; the same until the next study day."""
        return self._questions(request, slug, renew=False)

    @extend_schema(parameters=[COURSE], request=None, responses=QuickCheckPayload)
    def post(self, request: StudentRequest, slug: str) -> Response:
        """Replace the questions by four others."""
        return self._questions(request, slug, renew=True)

    def _questions(self, request: StudentRequest, slug: str, *, renew: bool) -> Response:
        studied = request.user.enrolments.studied().values("course")
        theirs = Lesson.objects.filter(course__in=studied)
        lesson = find_named(theirs, request.user, slug, course_of(request))
        questions = lessons.ask_quick_check(request.user, lesson, timezone.now(), renew=renew)
        payload: QuickCheckPayload = {"results": [presentations.payload(each) for each in questions]}
        return Response(payload)
