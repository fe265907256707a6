"""The student's day over REST: what to review, the answers, the concept graph."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.utils import timezone
from django.utils.http import parse_etags, quote_etag
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from questions.kinds.base import ResponseError
from questions.models import Concept, ConceptEdge, Lesson
from questions.text import markup
from quizzes import presentations, schedule
from quizzes.calendar import instant
from quizzes.exams import opening, sittings
from quizzes.lessons import quick_check
from quizzes.models import Exam, Sitting
from quizzes.progress import progress, search
from quizzes.reviews import accepting, sync

MAX_QUEUE = 100
MAX_PACK_DAYS = 30
MAX_BATCH_BYTES = 1024 * 1024


class InvalidFields(APIException):
    """400, with a message for each field."""

    status_code = 400
    default_detail = "Some fields are not right; see errors."

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__()
        self.errors = errors


class BatchTooLarge(APIException):
    status_code = 413
    default_detail = f"A batch holds at most {MAX_BATCH_BYTES} bytes; send fewer events at a time."


class TextSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    text = serializers.CharField()
    text_html = serializers.CharField()


class PromptSerializer(serializers.Serializer[Any]):
    """Which fields there are depends on the kind."""

    stem = serializers.CharField()
    stem_html = serializers.CharField()
    choices = TextSerializer(many=True, required=False)
    unit = serializers.CharField(required=False, allow_null=True)
    precision_hint = serializers.CharField(required=False)
    left = TextSerializer(many=True, required=False)
    right = TextSerializer(many=True, required=False)
    steps = TextSerializer(many=True, required=False)


class PresentationSerializer(serializers.Serializer[Any]):
    """An item as put to one student. It never holds a key."""

    id = serializers.UUIDField()
    card = serializers.UUIDField()
    item = serializers.SlugField()
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(
        ["single_choice", "multiple_select", "numeric", "matching", "ordering", "short_text"]
    )
    lesson = serializers.SlugField()
    concepts = serializers.ListField(child=serializers.SlugField())
    difficulty = serializers.IntegerField(min_value=1, max_value=5)
    estimated_seconds = serializers.IntegerField()
    prompt = PromptSerializer()


class CountsSerializer(serializers.Serializer[Any]):
    due = serializers.IntegerField()
    new = serializers.IntegerField()
    done = serializers.IntegerField()


class QueueSerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    planned_seconds = serializers.IntegerField()
    done_seconds = serializers.IntegerField()
    counts = CountsSerializer()
    results = PresentationSerializer(many=True)


class QueueView(APIView):
    """What to review now, best first."""

    @extend_schema(
        parameters=[OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_QUEUE, "default": 20})],
        responses=QueueSerializer,
    )
    def get(self, request: Request) -> Response:
        queue = schedule.queue(request.user, limit=_whole(request, "limit", default=20, maximum=MAX_QUEUE))
        return Response(
            {
                "date": queue.day.date.isoformat(),
                "planned_seconds": queue.planned_seconds,
                "done_seconds": queue.done_seconds,
                "counts": {"due": queue.due, "new": queue.new, "done": queue.done},
                "results": [presentations.payload(one) for one in queue.presentations],
            }
        )


def _whole(request: Request, name: str, *, default: int, maximum: int) -> int:
    """The query parameter `name`, a whole number from 1 to `maximum`."""
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= maximum):
        raise InvalidFields({name: [f"Use a whole number from 1 to {maximum}."]})
    return int(text)


class QuickCheckSerializer(serializers.Serializer[Any]):
    results = PresentationSerializer(many=True)


class QuickCheckView(APIView):
    """The questions at the end of a lesson: four of rising difficulty, the same until the next study day."""

    @extend_schema(responses=QuickCheckSerializer)
    def get(self, request: Request, slug: str) -> Response:
        return self._questions(request, slug, renew=False)

    @extend_schema(request=None, responses=QuickCheckSerializer)
    def post(self, request: Request, slug: str) -> Response:
        """Four others."""
        return self._questions(request, slug, renew=True)

    def _questions(self, request: Request, slug: str, *, renew: bool) -> Response:
        lesson = Lesson.objects.filter(slug=slug, course__enrolments__student=request.user).first()  # type: ignore[misc]
        if lesson is None:
            raise NotFound
        found = quick_check.quick_check(request.user, lesson, timezone.now(), renew=renew)
        return Response({"results": [presentations.payload(one) for one in found]})


class AnsweredPresentationSerializer(PresentationSerializer):
    """A Presentation with all that grading it needs."""

    key = serializers.JSONField(help_text="In the shape of a response.")
    check = serializers.JSONField(
        allow_null=True,
        help_text=(
            "numeric: {values, allowed}, the error of each; short_text: {accept, pattern, case, spacing};"
            " else null: a response is right when it is the key."
        ),
    )
    explanation = serializers.CharField()
    explanation_html = serializers.CharField()
    solution = serializers.CharField(allow_null=True)
    solution_html = serializers.CharField(allow_null=True)


class PackSerializer(serializers.Serializer[Any]):
    days = serializers.IntegerField()
    results = AnsweredPresentationSerializer(many=True)


class PackView(APIView):
    """Presentations for some days, with keys, for a client that goes offline; never those of an exam.

    Answers go to `reviews/batch/` when it is back. `ETag` and 304 save sending the same pack again.
    """

    @extend_schema(
        parameters=[
            OpenApiParameter("days", {"type": "integer", "minimum": 1, "maximum": MAX_PACK_DAYS, "default": 7}),
            OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="The ETag of an earlier pack."),
        ],
        responses={200: PackSerializer, 304: None},
    )
    def get(self, request: Request) -> Response:
        days = _whole(request, "days", default=7, maximum=MAX_PACK_DAYS)
        results = [presentations.answered_payload(one) for one in schedule.pack(request.user, days)]
        pack = {"days": days, "results": results}
        digest = hashlib.sha256(json.dumps(pack, sort_keys=True).encode()).hexdigest()
        etag = quote_etag(digest[:32])
        known = parse_etags(request.headers.get("If-None-Match", ""))
        answer = Response(status=304) if etag in known or known == ["*"] else Response(pack)
        answer["ETag"] = etag
        answer["Cache-Control"] = "private, no-cache"
        return answer


class ChangeSerializer(serializers.Serializer[Any]):
    """What else there is depends on the type.

    `card`: item, facet, stability, difficulty, reviews, lapses, last_review_at, due_at, suspended, buried_until.
    `event`: event_type, presentation, card, target, response, confidence, duration_ms, score, device, occurred_at,
    study_date, undone. `plan` (its id is the date): planned_seconds, tasks, expected_score_before and _after, made_at.
    `item_version` (its id is the item's slug): course, version, kind, lesson, concepts, difficulty, estimated_seconds,
    facets. `deletion`: of (`item`: no longer asked; `course`: no longer enrolled).
    """

    type = serializers.ChoiceField(["card", "event", "plan", "item_version", "deletion"])
    id = serializers.CharField()


class SyncSerializer(serializers.Serializer[Any]):
    changes = ChangeSerializer(many=True)
    cursor = serializers.CharField()
    has_more = serializers.BooleanField()


class CursorGone(APIException):
    status_code = 410
    default_detail = "This cursor is too old: start again without it."


class SyncView(APIView):
    """Everything of the caller's that changed since a cursor, the oldest change first; without one, everything.

    Ask again with the new cursor while `has_more`. A thing that changed several times comes once, as it is now. The
    cursor that `reviews/batch/` gives stands after that batch: it is for a client that had read everything before.
    """

    @extend_schema(
        parameters=[OpenApiParameter("cursor", str, description="As an earlier answer gave it.")],
        responses={200: SyncSerializer, 410: OpenApiResponse(description="Start again without the cursor.")},
    )
    def get(self, request: Request) -> Response:
        try:
            page = sync.changes(request.user, request.query_params.get("cursor", ""))
        except sync.UnreadableCursorError:
            raise InvalidFields({"cursor": ["Use a cursor as an earlier answer gave it, or none."]}) from None
        except sync.StaleCursorError:
            raise CursorGone from None
        return Response({"changes": page.changes, "cursor": page.cursor, "has_more": page.has_more})


class EventSerializer(serializers.Serializer[Any]):
    """A review needs `presentation` and `response`; an undo `target`; bury, suspend and resume `card`."""

    id = serializers.UUIDField()
    type = serializers.ChoiceField(["review", "undo", "bury", "suspend", "resume"])
    occurred_at = serializers.DateTimeField()
    presentation = serializers.UUIDField(required=False)
    response = serializers.JSONField(required=False)
    confidence = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=5)
    duration_ms = serializers.IntegerField(required=False, min_value=0)
    target = serializers.UUIDField(required=False)
    card = serializers.UUIDField(required=False)


class BatchSerializer(serializers.Serializer[Any]):
    device = serializers.UUIDField()
    device_now = serializers.DateTimeField()
    events = EventSerializer(many=True)


class FeedbackSerializer(serializers.Serializer[Any]):
    target = serializers.CharField()
    message = serializers.CharField()
    message_html = serializers.CharField()


class CardStateSerializer(serializers.Serializer[Any]):
    card = serializers.UUIDField()
    facet = serializers.CharField(allow_blank=True)
    stability = serializers.FloatField(allow_null=True)
    difficulty = serializers.FloatField(allow_null=True)
    retrievability = serializers.FloatField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)


class GradeSerializer(serializers.Serializer[Any]):
    score = serializers.FloatField(min_value=0, max_value=1)
    correct = serializers.BooleanField()
    rating = serializers.ChoiceField(["again", "hard", "good", "easy"])
    feedback = FeedbackSerializer(many=True)
    key = serializers.JSONField()
    explanation = serializers.CharField()
    explanation_html = serializers.CharField()
    solution = serializers.CharField(allow_null=True)
    solution_html = serializers.CharField(allow_null=True)
    cards = CardStateSerializer(many=True)


class EventResultSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(["accepted", "duplicate", "conflict", "rejected"])
    code = serializers.CharField(allow_null=True)
    detail = serializers.CharField(allow_null=True)
    grade = GradeSerializer(allow_null=True)


class BatchResultSerializer(serializers.Serializer[Any]):
    server_now = serializers.DateTimeField()
    cursor = serializers.CharField()
    results = EventResultSerializer(many=True)


class ReviewBatch(APIView):
    """Answers in: each event is accepted, a duplicate, a conflict or rejected on its own."""

    @extend_schema(request=BatchSerializer, responses=BatchResultSerializer)
    def post(self, request: Request) -> Response:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BATCH_BYTES:
            raise BatchTooLarge
        try:
            return Response(accepting.accept(request.user, request.data))
        except accepting.BatchError as error:
            raise InvalidFields(error.errors) from None


class ExamSerializer(serializers.Serializer[Any]):
    """An exam with its date for the caller, and the score (0-1) to expect as things stand."""

    slug = serializers.SlugField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(["assessment", "viva"])
    minutes = serializers.IntegerField()
    starts_at = serializers.DateTimeField(allow_null=True)
    blueprint = serializers.JSONField()
    expected_score = serializers.FloatField(allow_null=True)
    expected_score_interval = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    expected_score_if_kept = serializers.FloatField(allow_null=True, help_text="Of the next exam, if the plan is kept.")
    expected_score_if_kept_interval = serializers.ListField(child=serializers.FloatField(), allow_null=True)


def _exam(one: schedule.Expected) -> dict[str, Any]:
    return {
        "slug": one.exam.slug,
        "title": one.exam.title,
        "kind": one.exam.kind,
        "minutes": one.exam.minutes,
        "starts_at": instant(one.at) if one.at else None,
        "blueprint": one.exam.blueprint,
        "expected_score": one.now and one.now.score,
        "expected_score_interval": one.now and [one.now.low, one.now.high],
        "expected_score_if_kept": one.kept and one.kept.score,
        "expected_score_if_kept_interval": one.kept and [one.kept.low, one.kept.high],
    }


class ExamListSerializer(serializers.Serializer[Any]):
    results = ExamSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class ExamList(APIView):
    """The exams of the caller's courses, the next one first."""

    @extend_schema(operation_id="exams_list", responses=ExamListSerializer)
    def get(self, request: Request) -> Response:
        found = schedule.expected_scores(request.user)
        return Response({"results": [_exam(one) for one in found], "next": None})


class ExamDetail(APIView):
    """An exam of one of the caller's courses."""

    @extend_schema(responses=ExamSerializer)
    def get(self, request: Request, slug: str) -> Response:
        for one in schedule.expected_scores(request.user):
            if one.exam.slug == slug:
                return Response(_exam(one))
        raise NotFound


class SlotSerializer(serializers.Serializer[Any]):
    """A question of a sitting, or a round of a viva, which shows its pairs once it is started."""

    slot = serializers.IntegerField()
    presentation = PresentationSerializer(allow_null=True)
    response = serializers.JSONField(allow_null=True)
    rev = serializers.IntegerField()
    flagged = serializers.BooleanField()
    seconds = serializers.IntegerField(allow_null=True, help_text="Of a round of a viva.")
    deadline_at = serializers.DateTimeField(allow_null=True)
    closed = serializers.BooleanField()


class SittingSerializer(serializers.Serializer[Any]):
    """An exam being sat. It never holds a key or a score."""

    id = serializers.UUIDField()
    exam = serializers.SlugField()
    kind = serializers.ChoiceField(["assessment", "viva"])
    number = serializers.IntegerField()
    state = serializers.ChoiceField(["open", "submitted", "expired"])
    opened_at = serializers.DateTimeField()
    deadline_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    server_now = serializers.DateTimeField()
    sections = serializers.JSONField(help_text="[{title, slots: [numbers]}]")
    slots = SlotSerializer(many=True)


class AnswerSerializer(serializers.Serializer[Any]):
    response = serializers.JSONField(allow_null=True, help_text="Null takes the answer back.")
    rev = serializers.IntegerField(min_value=0, max_value=2**31 - 2, help_text="The revision known last.")


class SavedSerializer(serializers.Serializer[Any]):
    rev = serializers.IntegerField()
    saved_at = serializers.DateTimeField()
    remaining_ms = serializers.IntegerField()


class FlagSerializer(serializers.Serializer[Any]):
    flagged = serializers.BooleanField()


class OralSerializer(serializers.Serializer[Any]):
    pair = serializers.CharField(max_length=100, help_text="A left id of the round.")
    mark = serializers.IntegerField(min_value=0, max_value=2)


class Conflict(APIException):
    """409; `extra` goes into the problem document."""

    status_code = 409

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.extra = extra


class Gone(APIException):
    status_code = 410


class SittingView(APIView):
    """What sitting's operations raise, as answers."""

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, (ObjectDoesNotExist, ValidationError)) and not isinstance(exc, APIException):
            exc = NotFound()
        elif isinstance(exc, sittings.PastError):
            exc = Gone(str(exc))
        elif isinstance(exc, sittings.StaleError):
            exc = Conflict(str(exc), rev=exc.slot.rev, response=exc.slot.response)
        elif isinstance(exc, (sittings.SittingError, sittings.StillOpenError)):
            exc = Conflict(str(exc), code=getattr(exc, "code", "open"))
        elif isinstance(exc, ResponseError):
            exc = InvalidFields({exc.field: [exc.message]})
        return super().handle_exception(exc)


class SittingOpen(SittingView):
    """Begin an exam, or go on with the sitting that is open."""

    @extend_schema(request=None, responses={201: SittingSerializer, 200: SittingSerializer})
    def post(self, request: Request, slug: str) -> Response:
        exam = Exam.objects.select_related("course").get(slug=slug)
        now = timezone.now()
        opened, created = opening.open_sitting(request.user, exam, now)
        return Response(sittings.payload(opened, now), status=201 if created else 200)


class SittingList(generics.ListAPIView[Sitting]):
    """The caller's sittings, the newest first."""

    class Brief(serializers.ModelSerializer[Sitting]):
        exam: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True)

        class Meta:
            model = Sitting
            fields = ("id", "exam", "number", "state", "opened_at", "closed_at", "score", "max_score")

    serializer_class = Brief

    def get_queryset(self) -> Any:
        # A sitting whose time is over is closed by the sweep, or when it is looked at.
        return Sitting.objects.filter(student=self.request.user).select_related("exam").order_by()  # type: ignore[misc]


class SittingDetail(SittingView):
    """A sitting with its questions and what was answered so far."""

    @extend_schema(responses=SittingSerializer)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        now = timezone.now()
        return Response(sittings.payload(sittings.get(request.user, id, now), now))


class SittingAnswer(SittingView):
    """Save the answer of a slot: 409 where another device saved since, 410 past the deadline."""

    @extend_schema(request=AnswerSerializer, responses=SavedSerializer)
    def put(self, request: Request, id: uuid.UUID, slot: int) -> Response:
        given = AnswerSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        saved = sittings.save_answer(request.user, id, slot, **given.validated_data, now=timezone.now())
        remaining = round(saved.remaining.total_seconds() * 1000)
        return Response({"rev": saved.rev, "saved_at": instant(saved.saved_at), "remaining_ms": remaining})


class SittingFlag(SittingView):
    """Flag a slot for later, or no more."""

    @extend_schema(request=FlagSerializer, responses=FlagSerializer)
    def put(self, request: Request, id: uuid.UUID, slot: int) -> Response:
        given = FlagSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        sittings.flag(request.user, id, slot, **given.validated_data)
        return Response(given.validated_data)


class SittingStart(SittingView):
    """Show a round of a viva and start its clock."""

    @extend_schema(request=None, responses=SlotSerializer)
    def post(self, request: Request, id: uuid.UUID, slot: int) -> Response:
        return Response(sittings.slot_payload(sittings.start_round(request.user, id, slot, timezone.now())))


class RoundGradeSerializer(serializers.Serializer[Any]):
    slot = serializers.IntegerField()
    grade = serializers.JSONField(allow_null=True, help_text="Null until the exam shows grades.")


class SittingFinish(SittingView):
    """Finish a round of a viva: its grade."""

    @extend_schema(request=None, responses=RoundGradeSerializer)
    def post(self, request: Request, id: uuid.UUID, slot: int) -> Response:
        finished = sittings.finish_round(request.user, id, slot)
        grade = finished.grade if sittings.shows_keys(finished.sitting, timezone.now()) else None
        return Response({"slot": finished.number, "grade": presentations.with_html(grade)})


class SittingOral(SittingView):
    """The student's own mark of an answer given aloud."""

    @extend_schema(request=OralSerializer, responses=OralSerializer)
    def put(self, request: Request, id: uuid.UUID, slot: int) -> Response:
        given = OralSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        sittings.mark_oral(request.user, id, slot, **given.validated_data)
        return Response(given.validated_data)


class SittingSubmit(SittingView):
    """Close the sitting; again: the same answer."""

    @extend_schema(request=None, responses=SittingSerializer)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        now = timezone.now()
        closed = sittings.submit(request.user, id, now)
        # The same answer whenever it is asked: of the instant at which it was closed.
        return Response(sittings.payload(closed, closed.closed_at or now))


class ResultSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(["submitted", "expired"])
    score = serializers.FloatField()
    max_score = serializers.FloatField()
    sections = serializers.JSONField(help_text="[{title, score, max_score}]")
    concepts = serializers.JSONField(help_text="[{slug, score, max_score}]")
    forecast = serializers.JSONField(allow_null=True, help_text="{before, after}: the score to expect.")
    feedback = serializers.BooleanField(help_text="Whether the exam shows grades by now.")
    slots = serializers.JSONField(help_text="[{slot, presentation, response, score, oral, grade}]")


class SittingResult(SittingView):
    """The result, once the sitting is closed; 409 before."""

    @extend_schema(responses=ResultSerializer)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        now = timezone.now()
        return Response(sittings.result(sittings.get(request.user, id, now), now))


class BinSerializer(serializers.Serializer[Any]):
    predicted = serializers.FloatField()
    observed = serializers.FloatField()
    n = serializers.IntegerField()


class MasterySerializer(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    mastery = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class ProgressSerializer(serializers.Serializer[Any]):
    streak = serializers.IntegerField(help_text="Study days in a row.")
    reviews_by_day = serializers.DictField(child=serializers.IntegerField(), help_text="Answers by date, of a year.")
    forecast_by_day = serializers.DictField(child=serializers.IntegerField(), help_text="Items that come due by date.")
    calibration = BinSerializer(many=True)
    retention = serializers.FloatField(allow_null=True, help_text="Right among those seen before, of 30 days.")
    concepts = MasterySerializer(many=True)
    exams = ExamSerializer(many=True)


class ProgressView(APIView):
    """What the caller has done, how well that was predicted, and what comes."""

    @extend_schema(responses=ProgressSerializer)
    def get(self, request: Request) -> Response:
        found = progress.progress(request.user)
        mastery = progress.mastery(request.user)
        return Response(
            {
                "streak": found.streak,
                "reviews_by_day": {day.isoformat(): count for day, count in found.reviews_by_day.items()},
                "forecast_by_day": {day.isoformat(): count for day, count in found.forecast_by_day.items()},
                "calibration": [asdict(one) for one in found.calibration],
                "retention": found.retention,
                "concepts": [{"slug": slug, **asdict(one)} for slug, one in mastery.items()],
                "exams": [_exam(one) for one in schedule.expected_scores(request.user)],
            }
        )


class ConceptSerializer(serializers.ModelSerializer[Concept]):
    lesson: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    definition_html = serializers.SerializerMethodField()
    prerequisites = serializers.SerializerMethodField()
    encompasses = serializers.SerializerMethodField()
    mastery = serializers.SerializerMethodField()

    class Meta:
        model = Concept
        fields = (
            "slug",
            "name",
            "definition",
            "definition_html",
            "lesson",
            "prerequisites",
            "encompasses",
            "mastery",
        )

    def get_definition_html(self, concept: Concept) -> str:
        return markup.render(concept.definition)

    def get_prerequisites(self, concept: Concept) -> list[str]:
        return [edge.target.slug for edge in self._edges(concept, ConceptEdge.Kind.PREREQUISITE)]

    def get_encompasses(self, concept: Concept) -> list[dict[str, Any]]:
        edges = self._edges(concept, ConceptEdge.Kind.ENCOMPASSES)
        return [{"concept": edge.target.slug, "weight": edge.weight} for edge in edges]

    def get_mastery(self, concept: Concept) -> float:
        found = self.context["mastery"].get(concept.slug)
        return found.mastery if found else 0.0

    def _edges(self, concept: Concept, kind: str) -> list[ConceptEdge]:
        return [edge for edge in concept.edges.all() if edge.kind == kind]


class ConceptList(generics.ListAPIView[Concept]):
    """The concept graph, with the caller's mastery (0-1) of each concept."""

    serializer_class = ConceptSerializer

    def get_queryset(self) -> Any:
        return Concept.objects.select_related("lesson").prefetch_related("edges__target").order_by()

    def get_serializer_context(self) -> dict[str, Any]:
        context = {**super().get_serializer_context()}
        if not getattr(self, "swagger_fake_view", False):
            context["mastery"] = progress.mastery(self.request.user)
        return context


class FoundSerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["concept", "lesson", "item"])
    slug = serializers.SlugField()
    title_html = serializers.CharField()
    snippet_html = serializers.CharField(help_text="One line, with the words in `<mark>`.")
    url = serializers.CharField(help_text="Its page; of an item, the caller's last answer to it.")


class FoundListSerializer(serializers.Serializer[Any]):
    results = FoundSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class SearchView(APIView):
    """Concepts, lessons, and items that the caller has answered, in which all words of `q` are found; never a key."""

    @extend_schema(
        parameters=[OpenApiParameter("q", str, description="Words, or beginnings of words.")],
        responses=FoundListSerializer,
    )
    def get(self, request: Request) -> Response:
        found = search.find(request.query_params.get("q", ""), request.user)
        return Response({"results": [asdict(one) for one in found], "next": None})
