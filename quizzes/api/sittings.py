"""Sittings: an exam is opened, answered, submitted, and its result shown."""

from __future__ import annotations

import uuid

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.exceptions import APIException, NotFound
from rest_framework.response import Response
from rest_framework.views import APIView

from questions.api import COURSE, course_of
from questions.current_course import find_named
from questions.kinds import ResponseError
from quizzes import exams
from quizzes.api.requests import Conflict, InvalidFields, StudentRequest
from quizzes.models import Exam, Sitting


@extend_schema_field({"$ref": "#/components/schemas/Response"})
class ResponseField(serializers.JSONField):
    """A response of any kind, which that reads itself."""


class AnswerSerializer(serializers.Serializer[None]):
    """An answer to save."""

    response = ResponseField(allow_null=True, help_text="Null takes the answer back.")
    rev = serializers.IntegerField(min_value=0, max_value=2**31 - 2, help_text="The revision known last.")


class FlagSerializer(serializers.Serializer[None]):
    """Whether a slot is flagged for later."""

    flagged = serializers.BooleanField()


class OralSerializer(serializers.Serializer[None]):
    """The student's own mark, 0 to 2, of having said why a pair belongs together."""

    pair = serializers.CharField(max_length=100, help_text="A left id of the round.")
    mark = serializers.IntegerField(min_value=0, max_value=2)


class Gone(APIException):
    """410, of what the server's clock has ended."""

    status_code = 410
    default_code = "too_late"


class SittingView(APIView):
    """Answers what the operations on sittings raise."""

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, (ObjectDoesNotExist, ValidationError)) and not isinstance(exc, APIException):
            exc = NotFound()
        elif isinstance(exc, exams.TooLateError):
            exc = Gone(str(exc))
        elif isinstance(exc, exams.StaleAnswerError):
            exc = Conflict(str(exc), "stale_answer", rev=exc.slot.rev, response=exc.slot.response)
        elif isinstance(exc, (exams.SittingError, exams.StillOpenError)):
            exc = Conflict(str(exc), getattr(exc, "code", "open"))
        elif isinstance(exc, ResponseError):
            exc = InvalidFields({exc.field: [exc.message]})
        return super().handle_exception(exc)


class SittingOpen(SittingView):
    """Begin an exam, or go on with the sitting that is open."""

    @extend_schema(parameters=[COURSE], request=None, responses={201: exams.SittingPayload, 200: exams.SittingPayload})
    def post(self, request: StudentRequest, slug: str) -> Response:
        theirs = Exam.objects.filter(course__enrolments__student=request.user)
        exam = find_named(theirs, request.user, slug, course_of(request))
        now = timezone.now()
        opened, created = exams.open_sitting(request.user, exam, now)
        return Response(exams.sitting_payload(opened, now, opened.drawn), status=201 if created else 200)


class SittingList(generics.ListAPIView[Sitting]):
    """The caller's sittings, the newest first."""

    class Brief(serializers.ModelSerializer[Sitting]):
        exam = serializers.SlugRelatedField[Exam](slug_field="slug", read_only=True)
        course = serializers.SlugField(source="exam.course.slug", read_only=True)
        void = serializers.SerializerMethodField(help_text="Whether staff let it count nowhere.")

        class Meta:
            model = Sitting
            fields = ("id", "exam", "course", "number", "state", "opened_at", "closed_at", "score", "max_score", "void")

        def get_void(self, sitting: Sitting) -> bool:
            return sitting.voided_at is not None

    request: StudentRequest
    serializer_class = Brief

    def get_queryset(self) -> QuerySet[Sitting]:
        # A sitting whose time is over is closed by the sweep, or when it is looked at.
        return Sitting.objects.filter(student=self.request.user).select_related("exam__course").order_by()


class SittingDetail(SittingView):
    """A sitting with its questions and what was answered so far."""

    @extend_schema(responses=exams.SittingPayload)
    def get(self, request: StudentRequest, id: uuid.UUID) -> Response:
        now = timezone.now()
        return Response(exams.sitting_payload(exams.get_sitting(request.user, id, now), now))


class SittingAnswer(SittingView):
    """Save the answer of a slot: 409 where another device saved since, 410 past the deadline."""

    @extend_schema(request=AnswerSerializer, responses=exams.SavedPayload)
    def put(self, request: StudentRequest, id: uuid.UUID, slot: int) -> Response:
        answer = AnswerSerializer(data=request.data)
        answer.is_valid(raise_exception=True)
        saved = exams.save_answer(request.user, id, slot, **answer.validated_data, now=timezone.now())
        return Response(saved.payload())


class SittingFlag(SittingView):
    """Flag a slot for later, or take the flag away."""

    @extend_schema(request=FlagSerializer, responses=FlagSerializer)
    def put(self, request: StudentRequest, id: uuid.UUID, slot: int) -> Response:
        flag = FlagSerializer(data=request.data)
        flag.is_valid(raise_exception=True)
        exams.flag_slot(request.user, id, slot, **flag.validated_data)
        return Response(flag.validated_data)


class SittingStart(SittingView):
    """Show a round of a viva and start its clock."""

    @extend_schema(request=None, responses=exams.SlotPayload)
    def post(self, request: StudentRequest, id: uuid.UUID, slot: int) -> Response:
        return Response(exams.slot_payload(exams.start_round(request.user, id, slot, timezone.now())))


class SittingFinish(SittingView):
    """Finish a round of a viva, and get its grade."""

    @extend_schema(request=None, responses=exams.RoundGradePayload)
    def post(self, request: StudentRequest, id: uuid.UUID, slot: int) -> Response:
        finished = exams.finish_round(request.user, id, slot)
        return Response(exams.round_grade_payload(finished, timezone.now()))


class SittingOral(SittingView):
    """The student's own mark of an answer given aloud."""

    @extend_schema(request=OralSerializer, responses=OralSerializer)
    def put(self, request: StudentRequest, id: uuid.UUID, slot: int) -> Response:
        oral = OralSerializer(data=request.data)
        oral.is_valid(raise_exception=True)
        exams.mark_oral_answer(request.user, id, slot, **oral.validated_data, now=timezone.now())
        return Response(oral.validated_data)


class SittingSubmit(SittingView):
    """Close the sitting. Idempotent."""

    @extend_schema(request=None, responses=exams.SittingPayload)
    def post(self, request: StudentRequest, id: uuid.UUID) -> Response:
        now = timezone.now()
        closed, slots = exams.submit_sitting(request.user, id, now)
        # The same answer whenever it is asked: of the instant at which it was closed.
        return Response(exams.sitting_payload(closed, closed.closed_at or now, slots))


class SittingResult(SittingView):
    """The result, once the sitting is closed; 409 before."""

    @extend_schema(responses=exams.ResultPayload)
    def get(self, request: StudentRequest, id: uuid.UUID) -> Response:
        now = timezone.now()
        return Response(exams.result_payload(exams.get_sitting(request.user, id, now), now))
