"""The exams of a student's courses, with dates and expected scores."""

from __future__ import annotations

from typing import Annotated

from drf_spectacular.utils import extend_schema
from pydantic import Field
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.api import COURSE, OF_COURSE, course_of
from questions.current_course import find_named
from questions.json_types import Instant, Share, Slug, Uri, one_of, round_estimate
from quizzes import schedule
from quizzes.api.requests import StudentRequest
from quizzes.calendar import format_instant
from quizzes.models import Exam
from quizzes.planning.forecast import Forecast

ExamKind = Annotated[str, one_of(Exam.Kind.values)]
Interval = Annotated[list[Share], Field(min_length=2, max_length=2, description="The lower and the upper end.")]


class ExamPayload(TypedDict):
    """An exam with its date for the caller, and the score (0-1) to expect as things stand."""

    slug: Slug
    course: Slug
    title: str
    kind: ExamKind
    minutes: int
    starts_at: Instant | None
    blueprint: dict[str, object]
    expected_score: Share | None
    expected_score_interval: Interval | None
    expected_score_if_kept: Annotated[
        Share | None, Field(description="Of the next exam, if the plan is kept; as a worker computed it last.")
    ]
    expected_score_if_kept_interval: Interval | None


class ExamListPayload(TypedDict):
    """All exams; there is no next page."""

    results: list[ExamPayload]
    next: Uri | None


def exam_payload(expected: schedule.ExpectedScore) -> ExamPayload:
    """Return the exam as a client reads it."""
    return {
        "slug": expected.exam.slug,
        "course": expected.exam.course.slug,
        "title": expected.exam.title,
        "kind": expected.exam.kind,
        "minutes": expected.exam.minutes,
        "starts_at": format_instant(expected.at) if expected.at else None,
        "blueprint": expected.exam.blueprint_asked,
        "expected_score": round_estimate(expected.now.score) if expected.now else None,
        "expected_score_interval": _interval(expected.now) if expected.now else None,
        "expected_score_if_kept": round_estimate(expected.kept.score) if expected.kept else None,
        "expected_score_if_kept_interval": _interval(expected.kept) if expected.kept else None,
    }


def _interval(forecast: Forecast) -> list[float]:
    return [round_estimate(forecast.low), round_estimate(forecast.high)]


class ExamList(APIView):
    """The exams of the caller's courses, the next one first."""

    @extend_schema(operation_id="exams_list", parameters=[OF_COURSE], responses=ExamListPayload)
    def get(self, request: StudentRequest) -> Response:
        exams, course = schedule.forecast_scores(request.user), course_of(request)
        results = [exam_payload(each) for each in exams if course in (None, each.exam.course.slug)]
        payload: ExamListPayload = {"results": results, "next": None}
        return Response(payload)


class ExamDetail(APIView):
    """An exam of one of the caller's courses."""

    @extend_schema(parameters=[COURSE], responses=ExamPayload)
    def get(self, request: StudentRequest, slug: str) -> Response:
        scores = {expected.exam.pk: expected for expected in schedule.forecast_scores(request.user)}
        exam = find_named(Exam.objects.filter(pk__in=scores), request.user, slug, course_of(request))
        return Response(exam_payload(scores[exam.pk]))
