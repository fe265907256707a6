"""Items and their published versions."""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from questions import kinds
from questions.models.concepts import Concept, ConceptReferences
from questions.models.courses import Course, Lesson


class ItemQuerySet(models.QuerySet["Item"]):
    def published(self) -> Self:
        """Items that students are asked: with a published version, and not retired."""
        return self.filter(published__isnull=False, retired_at__isnull=True)


class Item(models.Model):
    """A question of the bank. Its draft may change; what students see are its published versions."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="items")
    slug = models.SlugField(max_length=100)
    kind = models.CharField(max_length=20, choices=kinds.titles)
    concepts = models.ManyToManyField(Concept, related_name="items", through="ItemConcept")
    difficulty = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1), MaxValueValidator(5)], help_text="1 (easy) to 5 (hard)."
    )
    seconds = models.PositiveSmallIntegerField(
        default=45,
        validators=[MinValueValidator(5), MaxValueValidator(1800)],
        help_text="Seconds that a prepared student needs.",
    )
    position = models.PositiveIntegerField(default=0, help_text="Order in which new items are first met.")
    draft = models.JSONField(default=dict, help_text="The body that is being edited.")
    published = models.OneToOneField(
        "ItemVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)
    revision = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="The course's revision at which it was last published or retired."
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False
    )
    loaded = models.JSONField(null=True, editable=False, help_text="What was last loaded of it from a folder.")
    updated_at = models.DateTimeField(auto_now=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ("course", "position", "id")
        constraints = [models.UniqueConstraint(fields=["course", "slug"], name="item_slug_once_a_course")]
        indexes = [models.Index(fields=["course", "revision"], name="item_revision")]

    def __str__(self) -> str:
        return self.slug

    @property
    def state(self) -> str:
        """`draft`, `published`, `changed` (published, with newer edits) or `retired`."""
        if self.retired_at:
            return "retired"
        if self.published is None:
            return "draft"
        same = self.published.body == self.draft and self.published.difficulty == self.difficulty
        return "published" if same and self.published.seconds == self.seconds else "changed"


class ItemConcept(models.Model):
    """An item's tag; the first is its main concept, whose lesson is the item's lesson."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="tags")
    concept = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="tags")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "id")
        constraints = [models.UniqueConstraint(fields=["item", "concept"], name="item_tagged_once")]

    def __str__(self) -> str:
        return str(self.concept)


class ItemVersion(models.Model):
    """An item as it was published: never changed afterwards, so that every answer ever given stays gradable."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=kinds.titles)
    body = models.JSONField()
    engine = models.PositiveSmallIntegerField(
        default=1, db_default=1, help_text="Which engine draws and sets it, for ever."
    )
    difficulty = models.PositiveSmallIntegerField()
    seconds = models.PositiveSmallIntegerField()
    concepts_then = models.JSONField(
        db_column="concepts", help_text="What its concepts were called when it was published; `tags` refers to them."
    )
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="+")
    facets = models.JSONField(help_text="What of it is remembered on its own: [''] or a match set's pair ids.")
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)

    class Meta:
        ordering = ("item", "-number")
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="version_number_once")]

    def __str__(self) -> str:
        return f"{self.item} v{self.number}"

    @cached_property
    def concepts(self) -> list[str]:
        """The slugs of its concepts, as they are called now, the main one first."""
        return [tag.concept.slug for tag in self.tags.all()]

    @property
    def main_concept(self) -> str:
        """The slug of its main concept."""
        return next(iter(self.concepts), "")

    @property
    def identity(self) -> str:
        """What keys the version's random draws, on every machine for ever."""
        return f"{self.item.uid}:{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; a second save is refused, because versions are immutable."""
        if not self._state.adding:
            raise TypeError("A published version is immutable: publish a new one.")
        super().save(*args, **kwargs)


class VersionConcept(models.Model):
    """A version's tag, as the item had it when the version was published; the first is its main concept."""

    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="tags")
    concept = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="version_tags")
    position = models.PositiveSmallIntegerField(default=0)

    objects = ConceptReferences["VersionConcept"]()

    class Meta:
        ordering = ("position", "id")
        constraints = [models.UniqueConstraint(fields=["version", "concept"], name="version_tagged_once")]

    def __str__(self) -> str:
        return str(self.concept)


class Finding(models.Model):
    """What the nightly audit found wrong with an item as it is published."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="findings")
    message = models.TextField()
    found_at = models.DateTimeField()

    class Meta:
        ordering = ("item", "id")

    def __str__(self) -> str:
        return f"{self.item}: {self.message}"
