"""The review log: the facts that memory states are folded from."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from quizzes.memory.rating import Rating
from quizzes.models.card import Card
from quizzes.models.packed_json import OLDER, PackedJSONField
from quizzes.models.practice import Practice


class ReviewEventQuerySet(models.QuerySet["ReviewEvent"]):
    """Events, by whether they count."""

    def counting(self) -> Self:
        """Return those that count: not undone, and of the answers to one presentation the earliest."""
        return self.filter(undone=False, superseded=False)


class ReviewQuerySet(models.QuerySet["Review"]):
    """Lines of the log, by whether they count."""

    def counting(self) -> Self:
        """Return the lines of the events that count."""
        return self.filter(event__undone=False, event__superseded=False)


class ReviewEvent(models.Model):
    """A fact that a device reported, or a review imported from another service (`import`).

    Rows are never changed; only `undone` is derived, from a later undo event, and `superseded`, from an earlier answer.
    """

    class Type(models.TextChoices):
        REVIEW = "review"
        UNDO = "undo"
        BURY = "bury"
        SUSPEND = "suspend"
        RESUME = "resume"
        PRACTICE = "practice"
        IMPORT = "import"

    # The unique pairs below are its indexes: one of the student alone would tempt planners into reading the whole log.
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="review_events", db_index=False
    )
    event_id = models.UUIDField()
    sequence = models.PositiveBigIntegerField(help_text="Its number in the student's change log.")
    type = models.CharField(max_length=8, choices=Type.choices)
    body_hash = models.CharField(max_length=64)  # 20 characters; older ones are longer
    presentation = models.ForeignKey(
        "Presentation", on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    # Most have none: its index is the partial one below.
    card = models.ForeignKey(Card, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    target = models.UUIDField(null=True, blank=True)
    response = models.JSONField(null=True, blank=True)
    confidence = models.PositiveSmallIntegerField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(default=0)
    hints_used = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Its index is the last below.
    practice = models.ForeignKey(
        Practice,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        db_index=False,
        help_text="Of a right answer: what it practises along. Older ones have lines with `practice` instead.",
    )
    device = models.UUIDField()
    device_occurred_at = models.DateTimeField(help_text="As the device's clock had it.")
    occurred_at = models.DateTimeField(help_text="Corrected by the device's clock error.")
    study_date = models.DateField(help_text="The study day of `occurred_at`, in the zone that the student had then.")
    buried_until = models.DateTimeField(
        null=True, blank=True, help_text="Of a burial: the end of that study day, as the student had it then."
    )
    received_at = models.DateTimeField()
    undone = models.BooleanField(default=False)
    superseded = models.BooleanField(
        default=False, help_text="Of an answer: its presentation has an earlier one, which counts."
    )
    score = models.FloatField(null=True, blank=True)
    whole_grade: Any = models.JSONField(db_column="grade", null=True, blank=True, help_text=OLDER)
    grade: Any = PackedJSONField(
        older="whole_grade", db_column="packed_grade", help_text="The grade that the first reply gave."
    )

    objects = ReviewEventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["student", "event_id"], name="an_event_once_a_student"),
            models.UniqueConstraint(fields=["student", "sequence"], name="a_sequence_number_once"),
        ]
        indexes = [
            models.Index(fields=["student", "study_date"], name="event_day"),
            models.Index(fields=["student", "target"], name="event_target", condition=Q(target__isnull=False)),
            models.Index(fields=["card", "type"], name="event_card", condition=Q(card__isnull=False)),
            models.Index(
                fields=["student", "practice", "id"], name="event_practice", condition=Q(practice__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"

    @property
    def counts(self) -> bool:
        """Whether it is neither undone nor superseded."""
        return not (self.undone or self.superseded)

    @property
    def current_grade(self) -> dict[str, Any]:
        """The grade that counts now: what was said, unless it was corrected. Load it with `corrected`."""
        corrected = getattr(self, "corrected", None)
        return (corrected and corrected.grade) or self.grade or {}


class Review(models.Model):
    """One card's part in one event: the line of the log that the card's state is folded from.

    A right answer about a concept also practises the concepts it encompasses: that is a fold's to read from the event's
    practice. Answers of before have lines with `practice` for these cards.
    """

    # The unique pair below is its index: a second one takes as much room again as the lines themselves.
    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="log", db_index=False)
    event = models.ForeignKey(ReviewEvent, on_delete=models.CASCADE, related_name="reviews")
    rating = models.PositiveSmallIntegerField(choices=[(rating.value, rating.name.lower()) for rating in Rating])
    practice = models.FloatField(
        default=0.0,
        help_text="0: the card was asked. Else how much of a review an answer about an encompassing concept was.",
    )
    score = models.FloatField()
    predicted = models.FloatField(null=True, blank=True, help_text="P(correct) just before, luck included.")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["card", "event"], name="a_card_once_an_event")]

    def __str__(self) -> str:
        return f"{self.card} {self.get_rating_display()}"
