"""The concept graph."""

from __future__ import annotations

from typing import Any

from rest_framework import generics, serializers

from questions.models import Concept, ConceptEdge
from questions.text import markup
from quizzes import progress


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
            context["mastery"] = progress.load_mastery(self.request.user)  # type: ignore[arg-type]
        return context
