"""What a student remembers."""

import uuid

from django.conf import settings
from django.db import models

from questions.models import Item


class Card(models.Model):
    """The memory of one student for one item, or for one pair of a match set (the facet)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="cards")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="cards")
    facet = models.CharField(max_length=64, blank=True, default="")
    stability = models.FloatField(null=True, blank=True, help_text="Days until recall falls to 0.9.")
    difficulty = models.FloatField(null=True, blank=True, help_text="1 to 10.")
    reviews = models.PositiveIntegerField(default=0)
    lapses = models.PositiveIntegerField(default=0)
    last_review_at = models.DateTimeField(null=True, blank=True)
    last_review_on = models.DateField(
        null=True, blank=True, help_text="The study day that elapsed days count from; practice moves it on."
    )
    first_rating = models.PositiveSmallIntegerField(null=True, blank=True)
    last_rating = models.PositiveSmallIntegerField(null=True, blank=True)
    practised_on = models.DateField(null=True, blank=True, help_text="The study day of the last practice that counted.")
    last_event_at = models.DateTimeField(null=True, blank=True)
    last_event = models.UUIDField(null=True, blank=True, help_text="The event that the state was last folded from.")
    due_at = models.DateTimeField(null=True, blank=True)
    suspended = models.BooleanField(default=False)
    buried_until = models.DateTimeField(null=True, blank=True)
    sequence = models.PositiveBigIntegerField(default=0, help_text="The change log's number of its last change.")

    HIDDEN = 0
    """The number of a card that no client is told of, since its item is kept for exams."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "item", "facet"], name="one_card_a_facet")]
        indexes = [
            models.Index(fields=["student", "due_at"], name="card_due"),
            models.Index(fields=["student", "sequence"], name="card_sequence"),
        ]

    def __str__(self) -> str:
        return f"{self.item}{':' if self.facet else ''}{self.facet}"
