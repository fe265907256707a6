"""The concept graph."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers
from typing_extensions import TypedDict

from questions.api import OF_COURSE, of_named_course, revalidated
from questions.json_types import round_estimate
from questions.models import Concept, ConceptEdge, Course, Lesson
from questions.roles import listed_courses
from questions.text import markup
from quizzes import progress
from quizzes.api.requests import StudentRequest
from quizzes.memory.concepts import Mastery


class EncompassedPayload(TypedDict):
    """A concept that is practised along: a right answer counts for it by `weight`, 0 to 1."""

    concept: str
    weight: float


class ConceptSerializer(serializers.ModelSerializer[Concept]):
    course = serializers.SlugRelatedField[Course](slug_field="slug", read_only=True)
    lesson = serializers.SlugRelatedField[Lesson](slug_field="slug", read_only=True)
    definition_html = serializers.SerializerMethodField()
    prerequisites = serializers.SerializerMethodField()
    encompasses = serializers.SerializerMethodField()
    mastery = serializers.SerializerMethodField()

    class Meta:
        model = Concept
        fields = (
            "slug",
            "course",
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

    def get_encompasses(self, concept: Concept) -> list[EncompassedPayload]:
        edges = self._edges(concept, ConceptEdge.Kind.ENCOMPASSES)
        return [{"concept": edge.target.slug, "weight": edge.weight} for edge in edges]

    def get_mastery(self, concept: Concept) -> float:
        """The caller's, 0 to 1; 0 for a concept that no published item is tagged with."""
        masteries: Mapping[int, Mastery] = self.context["mastery"]
        return round_estimate(masteries[concept.pk].mastery) if concept.pk in masteries else 0.0

    def _edges(self, concept: Concept, kind: str) -> list[ConceptEdge]:
        return [edge for edge in concept.edges.all() if edge.kind == kind]


@revalidated
@extend_schema_view(get=extend_schema(parameters=[OF_COURSE]))
class ConceptList(generics.ListAPIView[Concept]):
    """The concept graph, with the caller's mastery (0-1) of each concept."""

    request: StudentRequest
    serializer_class = ConceptSerializer

    def get_queryset(self) -> QuerySet[Concept]:
        concepts = Concept.objects.filter(course__in=listed_courses(self.request.user))
        concepts = of_named_course(self.request, concepts)
        return concepts.select_related("course", "lesson").prefetch_related("edges__target").order_by()

    def get_serializer_context(self) -> dict[str, object]:
        context = {**super().get_serializer_context()}
        if not getattr(self, "swagger_fake_view", False):
            context["mastery"] = progress.load_mastery(self.request.user)
        return context
