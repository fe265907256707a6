"""The exams that a course prepares for."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from questions.models import Concept, ConceptReferences, Course


class Exam(models.Model):
    """A dated examination of a course, with the blueprint that says what it asks."""

    class Kind(models.TextChoices):
        ASSESSMENT = "assessment"
        VIVA = "viva"

    class Feedback(models.TextChoices):
        CLOSED = "closed", "when the sitting is closed"
        ENDED = "ended", "when the exam is over (closes_at)"

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="exams")
    slug = models.SlugField()
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    minutes = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField(null=True, blank=True)
    opens_at = models.DateTimeField(null=True, blank=True, help_text="No sitting begins before; empty: always open.")
    closes_at = models.DateTimeField(null=True, blank=True, help_text="No sitting begins after.")
    attempts = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Sittings a student; empty: any number."
    )
    feedback = models.CharField(
        max_length=8,
        choices=Feedback.choices,
        default=Feedback.CLOSED,
        help_text="When keys and explanations are shown: once the sitting is closed, or once no sitting can begin.",
    )
    blueprint = models.JSONField(default=dict, help_text="See docs/exams.md.")
    loaded = models.JSONField(null=True, editable=False, help_text="What was last loaded of it from a folder.")
    changed_at = models.DateTimeField(auto_now=True, db_default=Now(), help_text="When it was changed last.")

    class Meta:
        ordering = ("starts_at", "id")
        constraints = [
            models.UniqueConstraint(fields=["course", "slug"], name="exam_slug_once_a_course"),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(opens_at__lt=F("closes_at")),
                name="opens_before_it_closes",
                violation_error_message="The exam has to open before it closes.",
            ),
            models.CheckConstraint(
                condition=~Q(feedback="ended") | Q(closes_at__isnull=False),
                name="ended_needs_an_end",
                violation_error_message="To show keys when the exam is over, say when it closes.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def blueprint_written(self) -> dict[str, object]:
        """The blueprint as its author would write it today: concepts by their names of now, and those that are gone."""
        return self._written(self._load_names())

    @property
    def unnamed(self) -> list[str]:
        """The names in the blueprint, in its order, of which no row says what concept they name."""
        names = self._load_names()
        return self._unnamed(self._written(names), names)

    @property
    def gone(self) -> list[str]:
        """The names in the blueprint that no concept of the course has, in its order."""
        return self._gone(self.unnamed)

    @property
    def blueprint_asked(self) -> dict[str, object]:
        """The blueprint that sittings and plans go by: without weights of concepts that are gone."""
        names = self._load_names()
        written = self._written(names)
        return self._without(written, self._gone(self._unnamed(written, names)))

    def blueprint_without(self, gone: Collection[str]) -> dict[str, object]:
        """The same for who knows which names are gone."""
        return self._without(self.blueprint_written, gone)

    known_names: Mapping[str, str] | None = None
    """What the concepts of the blueprint are called now, for who has loaded many exams."""

    def _load_names(self) -> Mapping[str, str]:
        """Load what the concepts of the blueprint are called now, by their names in it; none without weights."""
        if self.known_names is not None:
            return self.known_names
        weights = self.blueprint.get("concepts") if isinstance(self.blueprint, dict) else None
        if not isinstance(weights, dict) or not self.pk:
            return {}
        return {row.name: row.concept.slug for row in self.names.all()}

    def _written(self, names: Mapping[str, str]) -> dict[str, object]:
        stored: dict[str, object] = self.blueprint
        weights = stored.get("concepts") if isinstance(stored, dict) else None
        if not isinstance(weights, dict):
            return stored
        return {**stored, "concepts": {names.get(name, name): weight for name, weight in weights.items()}}

    def _unnamed(self, written: Mapping[str, object], names: Mapping[str, str]) -> list[str]:
        weights = written.get("concepts") if isinstance(written, dict) else None
        if not isinstance(weights, dict) or not self.pk:
            return []
        there = set(names.values())
        return [name for name in weights if name not in there]

    def _gone(self, unnamed: Collection[str]) -> list[str]:
        if not unnamed:
            return []
        there = set(Concept.objects.filter(course=self.course_id, slug__in=unnamed).values_list("slug", flat=True))
        return [name for name in unnamed if name not in there]

    @staticmethod
    def _without(written: dict[str, object], gone: Collection[str]) -> dict[str, object]:
        weights = written.get("concepts") if gone else None
        if not isinstance(weights, dict):
            return written
        return {**written, "concepts": {name: weight for name, weight in weights.items() if name not in gone}}


class ExamConcept(models.Model):
    """The concept that an exam's blueprint calls `name`, whatever it is called by now."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="names")
    concept = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="exam_names")
    name = models.CharField(max_length=50)

    objects = ConceptReferences["ExamConcept"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exam", "name"], name="exam_names_a_concept_once")]

    def __str__(self) -> str:
        return self.name
