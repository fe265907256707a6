"""Lessons over REST."""

from __future__ import annotations

from typing import Annotated

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from pydantic import Field
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import TypedDict

from questions.figures import simulators
from questions.models import Concept, Course, Lesson
from questions.roles import listed_courses, readable_courses
from questions.text import markup


class LessonSerializer(serializers.ModelSerializer[Lesson]):
    course = serializers.SlugRelatedField[Course](slug_field="slug", read_only=True)
    builds_on = serializers.SlugRelatedField[Lesson](slug_field="slug", read_only=True, many=True)
    concepts = serializers.SlugRelatedField[Concept](slug_field="slug", read_only=True, many=True)
    body_html = serializers.SerializerMethodField()
    reading = serializers.JSONField(source="reading_list", read_only=True)
    simulators = serializers.SerializerMethodField(help_text="Names of the interactive figures; see simulators/.")

    class Meta:
        model = Lesson
        fields = (
            "slug",
            "title",
            "course",
            "week",
            "session",
            "minutes",
            "builds_on",
            "concepts",
            "body_markdown",
            "body_html",
            "simulators",
            "reading",
        )

    def get_simulators(self, lesson: Lesson) -> list[str]:
        return list(markup.simulators(lesson.body_markdown))

    def get_body_html(self, lesson: Lesson) -> str:
        return markup.render(lesson.body_markdown)


def _in(courses: QuerySet[Course]) -> QuerySet[Lesson]:
    return (
        Lesson.objects.filter(is_published=True, course__in=courses)
        .select_related("course")
        .prefetch_related(
            Prefetch("builds_on", Lesson.objects.only("slug")),
            Prefetch("concepts", Concept.objects.only("slug", "lesson")),
        )
    )


class LessonList(generics.ListAPIView[Lesson]):
    """The lessons of the courses that the caller may read and that are not archived, in the order of their courses."""

    serializer_class = LessonSerializer

    def get_queryset(self) -> QuerySet[Lesson]:
        return _in(listed_courses(self.request.user)).order_by()


class LessonDetail(generics.RetrieveAPIView[Lesson]):
    """One lesson."""

    serializer_class = LessonSerializer
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[Lesson]:
        return _in(readable_courses(self.request.user))


class SimulatorPayload(TypedDict):
    """An interactive figure."""

    name: str
    frames: Annotated[object, Field(description="The numbers to draw; which there are depends on the figure.")]


class SimulatorDetail(APIView):
    """The numbers behind an interactive figure of a lesson: always the same, to be kept."""

    @extend_schema(responses=SimulatorPayload)
    def get(self, request: Request, name: str) -> Response:
        if name not in simulators.SIMULATORS:
            raise NotFound
        payload: SimulatorPayload = {"name": name, "frames": simulators.document(name)}
        return Response(payload)
