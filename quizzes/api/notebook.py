"""The student's own bookmarks and notes, and how a question went each time."""

from __future__ import annotations

from typing import Annotated

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from pydantic import Field
from rest_framework import generics, serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.api import COURSE, course_of
from questions.json_types import Instant, Share
from questions.models import Item
from questions.text import markup
from quizzes import notebook, presentations
from quizzes.api.requests import InvalidFields, StudentRequest
from quizzes.calendar import format_instant
from quizzes.models import Bookmark


class NotePayload(TypedDict):
    """A note, in Markdown and as sanitised HTML; empty where there is none."""

    text: str
    text_html: str
    changed_at: Instant | None


class NoteSerializer(serializers.Serializer[object]):
    text = serializers.CharField(allow_blank=True, max_length=notebook.MAX_NOTE, trim_whitespace=False)


class PastAnswerPayload(TypedDict):
    """An answer to a question. Score and what follows are null where an exam withholds them, or shows them itself."""

    at: Instant
    score: Share | None
    rating: str | None
    hints_used: int
    duration_ms: int
    in_exam: bool
    stability: Annotated[
        float | None, Field(description="Of its weakest card: days from then on until the chance of recall is 90 %.")
    ]
    score_said: Annotated[Share | None, Field(description="What was said at first, where the answer was corrected.")]


class HistoryPayload(TypedDict):
    """The newest answers of the caller's to a question that count, the newest first."""

    results: list[PastAnswerPayload]


class BookmarkList(generics.ListAPIView[Bookmark]):
    """The caller's bookmarks, the oldest first."""

    class BookmarkEntry(serializers.ModelSerializer[Bookmark]):
        item = serializers.SlugRelatedField[Item](slug_field="slug", read_only=True)
        course = serializers.SlugField(source="item.course.slug", read_only=True)

        class Meta:
            model = Bookmark
            fields = ("item", "course", "made_at")

    request: StudentRequest
    serializer_class = BookmarkEntry

    def get_queryset(self) -> QuerySet[Bookmark]:
        return Bookmark.objects.filter(student=self.request.user).select_related("item__course").order_by()


class BookmarkDetail(APIView):
    """Bookmark a question of the caller's courses (PUT), or take the bookmark away (DELETE)."""

    @extend_schema(parameters=[COURSE], request=None, responses={204: None})
    def put(self, request: StudentRequest, item: str) -> Response:
        """Bookmark a question of one of the caller's courses."""
        notebook.bookmark(request.user, _find(request, item).pk, timezone.now(), on=True)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(parameters=[COURSE], request=None, responses={204: None})
    def delete(self, request: StudentRequest, item: str) -> Response:
        """Take the bookmark away."""
        notebook.bookmark(request.user, _find(request, item).pk, timezone.now(), on=False)
        return Response(status=status.HTTP_204_NO_CONTENT)


class NoteDetail(APIView):
    """The caller's note on a question; nobody else reads it."""

    @extend_schema(parameters=[COURSE], responses=NotePayload)
    def get(self, request: StudentRequest, item: str) -> Response:
        """Read the caller's note on a question; nobody else reads it."""
        return Response(_note(request, _find(request, item)))

    @extend_schema(parameters=[COURSE], request=NoteSerializer, responses=NotePayload)
    def put(self, request: StudentRequest, item: str) -> Response:
        """Write the note in place of what it was; an empty one is none."""
        sent = NoteSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        found = _find(request, item)
        try:
            notebook.write_note(request.user, found.pk, sent.validated_data["text"], timezone.now())
        except notebook.NoteError as error:
            raise InvalidFields({"text": [str(error)]}) from None
        return Response(_note(request, found))


class HistoryView(APIView):
    """How a question went each time, and what that did to its memory."""

    @extend_schema(parameters=[COURSE], responses=HistoryPayload)
    def get(self, request: StudentRequest, item: str) -> Response:
        found = _find(request, item)
        withheld = found.pk in presentations.items_in_open_sittings(request.user)
        answers = notebook.list_answers(request.user, found.pk, withheld=withheld)
        payload: HistoryPayload = {"results": [_answer(each) for each in answers]}
        return Response(payload)


def _find(request: StudentRequest, slug: str) -> Item:
    return notebook.find_item(request.user, slug, course_of(request))


def _note(request: StudentRequest, item: Item) -> NotePayload:
    note = notebook.read_note(request.user, item.pk)
    text = note.text if note else ""
    changed_at = format_instant(note.changed_at) if note else None
    return {"text": text, "text_html": markup.render(text), "changed_at": changed_at}


def _answer(answer: notebook.PastAnswer) -> PastAnswerPayload:
    return {
        "at": format_instant(answer.at),
        "score": answer.score,
        "rating": answer.rating,
        "hints_used": answer.hints,
        "duration_ms": round(answer.seconds * 1000),
        "in_exam": answer.in_exam,
        "stability": answer.stability_days,
        "score_said": answer.score_said,
    }
