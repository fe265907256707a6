"""Items and their published versions."""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from questions import kinds
from questions.models.concepts import Concept, ConceptReferences
from questions.models.courses import Course, Lesson


def outside_pools(way: str = "") -> Q:
    """Return the condition that an item is kept for no exam; `way` leads to the item (`card__item__`)."""
    return Q(**{f"{way}pool": ""}) | Q(**{f"{way}released_at__isnull": False})


class ItemQuerySet(models.QuerySet["Item"]):
    def published(self) -> Self:
        """Items that exams may ask: with a published version, and not retired."""
        return self.filter(published__isnull=False, retired_at__isnull=True)

    def in_practice(self) -> Self:
        """Items that students are asked and shown outside of exams, too: published, and kept for no exam."""
        return self.published().filter(outside_pools())


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
    idea = models.SlugField(
        max_length=100, blank=True, default="", db_default="", help_text="No exam asks two items of the same idea."
    )
    pool = models.SlugField(
        max_length=50,
        blank=True,
        default="",
        db_default="",
        help_text="Kept for exams that draw from this pool: practice never shows it. Empty: for practice and mocks.",
    )
    released_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When it came from its pool into practice."
    )
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ("course", "position", "id")
        constraints = [models.UniqueConstraint(fields=["course", "slug"], name="item_slug_once_a_course")]
        indexes = [
            models.Index(fields=["course", "revision"], name="item_revision"),
            models.Index(fields=["course", "position"], name="item_position"),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def is_secret(self) -> bool:
        """Whether it is kept for exams, and practice shows nothing of it."""
        return bool(self.pool) and self.released_at is None

    @property
    def state(self) -> str:
        """`draft`, `published`, `changed` (published, with newer edits) or `retired`."""
        if self.retired_at:
            return "retired"
        if self.published is None:
            return "draft"
        version = self.published
        same = (version.body, version.difficulty, version.seconds) == (self.draft, self.difficulty, self.seconds)
        tagged = [tag.concept_id for tag in version.tags.all()] == [tag.concept_id for tag in self.tags.all()]
        return "published" if same and tagged else "changed"


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


class ItemEnemy(models.Model):
    """Two items of which an exam asks one at most: one tells what the other asks. Either may name the other."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="enemies")
    enemy = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="named_by")

    class Meta:
        ordering = ("item", "enemy__slug")
        constraints = [
            models.UniqueConstraint(fields=["item", "enemy"], name="enemy_named_once"),
            models.CheckConstraint(condition=~Q(item=F("enemy")), name="no_enemy_of_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.item} and {self.enemy}"


class AcceptedHint(models.Model):
    """A text of `item` that tells what `other` asks, in these words, and was found harmless by somebody."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    words = models.TextField()
    accepted_at = models.DateTimeField()
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "other", "words"], name="hint_accepted_once")]

    def __str__(self) -> str:
        return f"{self.item} tells {self.other}: {self.words}"


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
    last_correction = models.PositiveBigIntegerField(
        default=0, db_default=0, help_text="The key of the newest correction of how it is judged; 0 of nearly all."
    )
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
