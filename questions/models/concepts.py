"""The concept graph of a course."""

from __future__ import annotations

from typing import TypeVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from questions.models.courses import Course, Lesson

ReferenceT = TypeVar("ReferenceT", bound=models.Model)


class ConceptReferences(models.Manager[ReferenceT]):
    """Rows that refer to a `concept`: what it is called now comes along, in the same query."""

    def get_queryset(self) -> models.QuerySet[ReferenceT]:
        return super().get_queryset().select_related("concept")


class Concept(models.Model):
    """An idea that items test; the nodes of the concept graph."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="concepts")
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="concepts")
    slug = models.SlugField()
    name = models.CharField(max_length=120)
    definition = models.TextField()
    position = models.PositiveSmallIntegerField(default=0)
    loaded = models.JSONField(null=True, editable=False, help_text="What was last loaded of it from a folder.")

    class Meta:
        ordering = ("position", "id")
        constraints = [models.UniqueConstraint(fields=["course", "slug"], name="concept_slug_once_a_course")]

    def __str__(self) -> str:
        return self.name


class ConceptEdge(models.Model):
    """`source` needs `target` first (prerequisite), or answering `source` practises `target` (encompasses)."""

    class Kind(models.TextChoices):
        PREREQUISITE = "prerequisite"
        ENCOMPASSES = "encompasses"

    kind = models.CharField(max_length=16, choices=Kind.choices)
    source = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="edges")
    target = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="incoming_edges")
    weight = models.FloatField(default=1.0, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "source", "target"], name="one_edge_of_a_kind"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="no_edge_to_itself"),
            models.CheckConstraint(condition=Q(weight__gt=0, weight__lte=1), name="edge_weight_in_0_1"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.target}"
