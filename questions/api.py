"""Courses and lessons over REST."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from questions.figures import simulators
from questions.models import Concept, Course, Lesson
from questions.text import markup


class CourseSerializer(serializers.ModelSerializer[Course]):
    class Meta:
        model = Course
        fields = ("slug", "title", "description")


class LessonSerializer(serializers.ModelSerializer[Lesson]):
    course: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    builds_on: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True, many=True)
    concepts: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True, many=True)
    body_html = serializers.SerializerMethodField()
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

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_simulators(self, lesson: Lesson) -> list[str]:
        return list(markup.simulators(lesson.body_markdown))

    @extend_schema_field(serializers.CharField())
    def get_body_html(self, lesson: Lesson) -> str:
        return markup.render(lesson.body_markdown)


class CourseList(generics.ListAPIView[Course]):
    """All courses."""

    queryset = Course.objects.all()
    serializer_class = CourseSerializer


def _lessons() -> QuerySet[Lesson]:
    return Lesson.objects.select_related("course").prefetch_related(
        Prefetch("builds_on", Lesson.objects.only("slug")),
        Prefetch("concepts", Concept.objects.only("slug", "lesson")),
    )


class LessonList(generics.ListAPIView[Lesson]):
    """All lessons, in the order of their courses."""

    serializer_class = LessonSerializer

    def get_queryset(self) -> Any:
        return _lessons().order_by()


class LessonDetail(generics.RetrieveAPIView[Lesson]):
    """One lesson."""

    serializer_class = LessonSerializer
    lookup_field = "slug"

    def get_queryset(self) -> Any:
        return _lessons()


class SimulatorSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    frames = serializers.JSONField(help_text="The numbers to draw; which there are depends on the figure.")


class SimulatorDetail(APIView):
    """The numbers behind an interactive figure of a lesson: always the same, to be kept."""

    @extend_schema(responses=SimulatorSerializer)
    def get(self, request: Request, name: str) -> Response:
        if name not in simulators.SIMULATORS:
            raise NotFound
        return Response({"name": name, "frames": simulators.document(name)})
