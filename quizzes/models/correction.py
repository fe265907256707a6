"""What corrections make of answers that were given before."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from questions.models import Correction, Item, ItemVersion
from quizzes.models.review import ReviewEvent
from quizzes.models.sitting import Sitting


class CorrectedAnswer(models.Model):
    """An answer that counts otherwise than was said when it was given. Its event keeps what was said.

    What counts now stands where everybody reads it: in the event's `score` and `practice`, and in its lines.
    """

    # Who writes one has just read its event, with the student's change log locked, and events are deleted through their
    # model alone. Constraints would look for both once more, row by row: each took a tenth of the time of regrading.
    event = models.OneToOneField(
        ReviewEvent, on_delete=models.CASCADE, primary_key=True, related_name="corrected", db_constraint=False
    )
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    sequence = models.PositiveBigIntegerField(help_text="The change log's number of its last change.")
    plain: Any = models.JSONField(help_text="{score, practice, lines} by its version alone, without corrections.")
    grade: Any = models.JSONField(null=True, help_text="What it is graded as now; None: as was said.")

    class Meta:
        indexes = [models.Index(fields=["student", "sequence"], name="corrected_sequence")]

    def __str__(self) -> str:
        return f"{self.event} corrected"


class Regrading(models.Model):
    """How far the answers to a version have been graded anew since its last correction."""

    version = models.OneToOneField(ItemVersion, on_delete=models.CASCADE, primary_key=True, related_name="regrading")
    asked_at = models.DateTimeField()
    through = models.BigIntegerField(
        default=0, help_text="The last student whose answers are done, or part of a share; 0 at first."
    )
    uncorrected_through = models.BigIntegerField(
        default=0, help_text="The last event that was graded before the version had its first correction; 0: not known."
    )
    answers = models.PositiveBigIntegerField(default=0, help_text="How many answers changed.")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["asked_at"], condition=models.Q(done_at=None), name="regrading_waiting")]

    def __str__(self) -> str:
        return f"regrading of {self.version}"


class RegradingShare(models.Model):
    """Students whose answers are still to be graded anew: one worker's at a time, and gone when all are done."""

    regrading = models.ForeignKey(Regrading, on_delete=models.CASCADE, related_name="shares")
    through = models.BigIntegerField(help_text="The last student whose answers are done.")
    until = models.BigIntegerField(help_text="The last student of the share.")

    def __str__(self) -> str:
        return f"share of {self.regrading}"


class Notice(models.Model):
    """A message to a student, which stands on Today until it was read."""

    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, null=True, related_name="+")
    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, null=True, related_name="+")
    correction = models.ForeignKey(Correction, on_delete=models.CASCADE, null=True, related_name="+")
    text = models.TextField()
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["student", "correction"], name="one_notice_a_correction"),
        ]
        indexes = [models.Index(fields=["student"], condition=models.Q(read_at=None), name="notice_unread")]

    def __str__(self) -> str:
        return self.text
