"""The study day: how far it is, what it is worth, a day off, more minutes, and what the days until the exam hold."""

from __future__ import annotations

from typing import Annotated, Literal

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from pydantic import Field
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.json_types import Date, Instant, Share, round_estimate
from quizzes import progress, schedule
from quizzes.api.exams import Interval
from quizzes.api.queue import LIMIT, CountsPayload, QueuePayload, load_queue
from quizzes.api.requests import Conflict, StrictSerializer, StudentRequest
from quizzes.calendar import format_instant
from quizzes.exams import corrections
from quizzes.planning.forecast import Forecast


class NoticePayload(TypedDict):
    """A message to the caller, such as that an answer was corrected."""

    id: int
    text: str
    made_at: Instant


class NextExamPayload(TypedDict):
    """The next exam of the caller's."""

    title: str
    starts_at: Instant


class TodayPayload(TypedDict):
    """The caller's study day."""

    date: Date
    ends_at: Annotated[Instant, Field(description="When the next study day begins.")]
    day_off: bool
    days_missed: Annotated[int, Field(description="Study days in a row before today without an answer.")]
    counts: CountsPayload
    planned_seconds: int
    done_seconds: int
    seconds_left: Annotated[int, Field(description="What is left to review takes so long.")]
    answered: int
    right: int
    due_tomorrow: int
    score_before: Annotated[Share | None, Field(description="To expect at the next exam without what is left today.")]
    score_after: Annotated[Share | None, Field(description="The same, with it.")]
    next_exam: NextExamPayload | None
    notices: Annotated[list[NoticePayload], Field(description="Those that were not read, the newest first.")]


class ScoreAheadPayload(TypedDict):
    """A score to expect, with its 90 % interval."""

    score: Share
    interval: Interval


class MinutesChoicePayload(TypedDict):
    """Minutes a day, and the score to expect with them."""

    minutes: int
    score: Share


class AheadDayPayload(TypedDict):
    """What a coming day asks for: minutes, answers, and those among them to something new."""

    date: Date
    minutes: float
    answers: float
    new: float


class OutlookPayload(TypedDict):
    """What the days until the next exam hold."""

    now: Annotated[ScoreAheadPayload, Field(description="With no more reviews.")]
    kept: Annotated[ScoreAheadPayload, Field(description="If the plan is kept.")]
    minutes: int
    choices: list[MinutesChoicePayload]
    days: list[AheadDayPayload]
    day_off_costs: Annotated[float, Field(description="Of the score, 0-1.")]
    ten_minutes_bring: Annotated[float, Field(description="On one day; of the score, 0-1.")]


class AheadPayload(TypedDict):
    """The outlook that was computed last: current, old since something has changed, or coming anew."""

    state: Literal["current", "coming", "old"]
    made_at: Instant | None
    outlook: OutlookPayload | None


class MoreSerializer(StrictSerializer):
    """Minutes on top of today's."""

    minutes = serializers.IntegerField(min_value=1, max_value=schedule.MAX_DAILY_MINUTES)


class TodayView(APIView):
    """How far the caller's study day is, and what it is worth."""

    @extend_schema(responses=TodayPayload)
    def get(self, request: StudentRequest) -> Response:
        now = timezone.now()
        queue = schedule.load_queue(request.user, limit=0, now=now, current=True)
        done = progress.summarize_day(request.user, queue.day)
        exam = schedule.find_next_exam(request.user, now)
        payload: TodayPayload = {
            "date": queue.day.date.isoformat(),
            "ends_at": format_instant(queue.day.ends_at),
            "day_off": queue.day_off,
            "days_missed": schedule.count_days_missed(request.user, queue.day),
            "counts": {"due": queue.due, "new": queue.new, "done": queue.done, "waiting": queue.waiting},
            "planned_seconds": queue.planned_seconds,
            "done_seconds": queue.done_seconds,
            "seconds_left": queue.remaining_seconds,
            "answered": done.answered,
            "right": done.right,
            "due_tomorrow": done.due_tomorrow,
            "score_before": round_estimate(queue.score_before),
            "score_after": round_estimate(queue.score_after),
            "next_exam": {"title": exam.title, "starts_at": format_instant(exam.at)} if exam else None,
            "notices": [
                {"id": notice.pk, "text": notice.text, "made_at": format_instant(notice.made_at)}
                for notice in corrections.list_notices(request.user)
            ],
        }
        return Response(payload)


class DayOffView(APIView):
    """Take today off (POST), once a week at most, or work after all (DELETE)."""

    @extend_schema(parameters=[LIMIT], request=None, responses=QueuePayload)
    def post(self, request: StudentRequest) -> Response:
        """Take today off; the coming days make up for it. 409 where the last day off was less than a week ago."""
        try:
            schedule.set_day_off(request.user, off=True)
        except schedule.TooSoonError as error:
            refusal = f"You can take one day off a week. {error}"
            raise Conflict(refusal, code="day_off", next_on=error.next_on.isoformat()) from None
        return Response(load_queue(request))

    @extend_schema(parameters=[LIMIT], request=None, responses={200: QueuePayload})
    def delete(self, request: StudentRequest) -> Response:
        """Work today after all."""
        schedule.set_day_off(request.user, off=False)
        return Response(load_queue(request))


class MoreView(APIView):
    """Review more today than was planned."""

    @extend_schema(parameters=[LIMIT], request=MoreSerializer, responses=QueuePayload)
    def post(self, request: StudentRequest) -> Response:
        """Plan so many minutes on top of what is left of today's."""
        sent = MoreSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        schedule.plan_day(request.user, extra_seconds=60 * sent.validated_data["minutes"])
        return Response(load_queue(request))


class AheadView(APIView):
    """What the days until the next exam hold, as a worker computed it."""

    @extend_schema(responses=AheadPayload)
    def get(self, request: StudentRequest) -> Response:
        """Read what was computed last."""
        return Response(_ahead_payload(schedule.read_outlook(request.user)))

    @extend_schema(request=None, responses={202: AheadPayload})
    def post(self, request: StudentRequest) -> Response:
        """Have it computed anew; read it again in some seconds."""
        schedule.ask_outlook(request.user)
        return Response(_ahead_payload(schedule.read_outlook(request.user)), status=status.HTTP_202_ACCEPTED)


class NoticeView(APIView):
    """A message to the caller."""

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: StudentRequest, id: int) -> Response:
        """Take the message away, since it was read. Again, it is 204."""
        corrections.read_notice(request.user, id, timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _ahead_payload(reading: schedule.OutlookReading) -> AheadPayload:
    made_at = format_instant(reading.made_at) if reading.made_at else None
    outlook = _outlook_payload(reading.outlook) if reading.outlook else None
    return {"state": reading.state, "made_at": made_at, "outlook": outlook}


def _outlook_payload(outlook: schedule.ExamOutlook) -> OutlookPayload:
    return {
        "now": _expected_payload(outlook.now),
        "kept": _expected_payload(outlook.kept),
        "minutes": outlook.minutes,
        "choices": [{"minutes": minutes, "score": round_estimate(score)} for minutes, score in outlook.curve],
        "days": [
            {"date": date.isoformat(), "minutes": round(day.minutes, 1), "answers": day.reviews, "new": day.new}
            for date, day in outlook.days
        ],
        "day_off_costs": round_estimate(-outlook.change_of_score(-outlook.minutes)),
        "ten_minutes_bring": round_estimate(outlook.change_of_score(10)),
    }


def _expected_payload(expected: Forecast) -> ScoreAheadPayload:
    interval = [round_estimate(expected.low), round_estimate(expected.high)]
    return {"score": round_estimate(expected.score), "interval": interval}
