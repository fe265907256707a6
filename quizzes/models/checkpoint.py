"""What a card's memory was after an event, so that a fold need not begin from nothing."""

from __future__ import annotations

from django.db import models

from quizzes.models.card import Card


class CardCheckpoint(models.Model):
    """The memory of a card after all lines of its log up to an event: fields as in Card; see `reviews.checkpoints`."""

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="checkpoints", db_index=False)
    slot = models.PositiveSmallIntegerField(help_text="A card keeps a few; a new one takes the place of an old one.")
    through = models.PositiveBigIntegerField(help_text="The key of the newest stored event that it holds.")
    stability = models.FloatField()
    difficulty = models.FloatField()
    reviews = models.PositiveIntegerField()
    lapses = models.PositiveIntegerField()
    first_rating = models.PositiveSmallIntegerField()
    last_rating = models.PositiveSmallIntegerField()
    last_review_at = models.DateTimeField()
    last_review_on = models.DateField()
    practised_on = models.DateField(null=True)
    last_event_at = models.DateTimeField()
    last_event = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["card", "slot"], name="checkpoints_of_a_card")]

    def __str__(self) -> str:
        return f"{self.card} after {self.last_event}"
