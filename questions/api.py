"""Courses and lessons over REST."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import generics, serializers

from questions import markup
from questions.models import Concept, Course, Lesson


class CourseSerializer(serializers.ModelSerializer[Course]):
    class Meta:
        model = Course
        fields = ("slug", "title", "description")


class LessonSerializer(serializers.ModelSerializer[Lesson]):
    course: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    builds_on: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True, many=True)
    concepts: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True, many=True)
    body_html = serializers.SerializerMethodField()
    simulators = serializers.ListField(child=serializers.CharField(), read_only=True)

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
