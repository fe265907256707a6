"""What a student has done, and what comes."""

from __future__ import annotations

from typing import Annotated

from drf_spectacular.utils import extend_schema
from pydantic import Field
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.json_types import Share, Slug, round_estimate
from quizzes import progress, reviews, schedule
from quizzes.api.exams import ExamPayload, exam_payload
from quizzes.api.requests import StudentRequest


class BinPayload(TypedDict):
    """Answers of about the same predicted chance of being right: that chance, the share that was, and how many."""

    predicted: Share
    observed: Share
    n: int


class MasteryPayload(TypedDict):
    """The caller's mastery of a concept, 0 to 1, with its 90 % interval."""

    slug: Slug
    course: Slug
    mastery: Share
    low: Share
    high: Share


class ProgressPayload(TypedDict):
    """What the caller has done, how well that was predicted, and what comes."""

    streak: Annotated[int, Field(description="Study days in a row.")]
    reviews_by_day: Annotated[dict[str, int], Field(description="Answers by date, of a year.")]
    forecast_by_day: Annotated[dict[str, int], Field(description="Items that come due by date.")]
    calibration: list[BinPayload]
    retention: Annotated[Share | None, Field(description="Right among those seen before, of 30 days.")]
    concepts: list[MasteryPayload]
    exams: list[ExamPayload]


class ProgressView(APIView):
    """What the caller has done, how well that was predicted, and what comes."""

    @extend_schema(responses=ProgressPayload)
    def get(self, request: StudentRequest) -> Response:
        past = progress.load_progress(request.user)
        w = reviews.change_log.load_parameters(request.user)
        payload: ProgressPayload = {
            "streak": past.streak,
            "reviews_by_day": {day.isoformat(): count for day, count in past.reviews_by_day.items()},
            "forecast_by_day": {day.isoformat(): count for day, count in past.forecast_by_day.items()},
            "calibration": [
                {
                    "predicted": round_estimate(group.predicted),
                    "observed": round_estimate(group.observed),
                    "n": group.n,
                }
                for group in past.calibration
            ],
            "retention": round_estimate(past.retention),
            "concepts": [
                {
                    "slug": known.concept.slug,
                    "course": known.concept.course.slug,
                    "mastery": round_estimate(known.mastery.mastery),
                    "low": round_estimate(known.mastery.low),
                    "high": round_estimate(known.mastery.high),
                }
                for known in progress.list_concepts(request.user, w=w)
                if known.mastery
            ],
            "exams": [exam_payload(exam) for exam in schedule.forecast_scores(request.user, w=w)],
        }
        return Response(payload)
