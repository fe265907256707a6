"""Answers that wait: their questions are asked in a sitting whose keys are not shown yet."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models

from questions.models import Item
from quizzes.models.review import ReviewEvent


class WithheldAnswerQuerySet(models.QuerySet["WithheldAnswer"]):
    """Answers that wait, and how they are chosen."""

    def not_taken(self) -> Self:
        """Those refused at their release, and not taken since, as they are where a device sends them once more."""
        same = ReviewEvent.objects.filter(student=models.OuterRef("student"), event_id=models.OuterRef("event_id"))
        return self.exclude(refused="").exclude(models.Exists(same))


class WithheldAnswer(models.Model):
    """An answer as a device sent it, which becomes an event of the log when its question's sitting is released.

    It is not graded before: what is not stored, nobody has to hide. One that can no longer be taken then stays
    here, and says why.
    """

    MAX_REASON = 300

    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="withheld_answers", db_index=False
    )
    event_id = models.UUIDField()
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    event: Any = models.JSONField(help_text="As it was sent.")
    body_hash = models.CharField(max_length=64)
    device = models.UUIDField()
    device_now = models.DateTimeField(help_text="What the device's clock showed when it was sent.")
    arrived_at = models.DateTimeField()
    refused = models.CharField(
        max_length=MAX_REASON, blank=True, default="", help_text="Why it was not taken at its release."
    )

    objects = WithheldAnswerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "event_id"], name="withheld_once")]

    def __str__(self) -> str:
        return f"withheld {self.event_id}"
