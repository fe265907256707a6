"""What staff did to a sitting."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from quizzes.models.sitting import Sitting


class SittingAct(models.Model):
    """An act of staff on a sitting, which stays: who, when and why. It is taken back by another act."""

    class Kind(models.TextChoices):
        EXTEND = "extend", "more time"
        REOPEN = "reopen", "opened again"
        CLOSE = "close", "handed in by staff"
        ATTEMPT = "attempt", "one more sitting"
        EXTRA_TIME = "extra_time", "extra time in all exams"
        COMMENT = "comment", "comment"
        VOID = "void", "does not count"
        REVERSE = "reverse", "taken back"

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="acts")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    amount = models.PositiveIntegerField(null=True, blank=True, help_text="Minutes; of extra time per cent.")
    until = models.DateTimeField(null=True, blank=True, help_text="The new end of what was opened again.")
    why = models.TextField(blank=True, help_text="The student reads it. Of a comment it is all.")
    before: Any = models.JSONField(default=dict, help_text="What it changed, as that was before.")
    reverses = models.OneToOneField(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="reversed_by", help_text="Taken back."
    )
    request = models.UUIDField(unique=True, help_text="Tells whether it is the same when it comes again.")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.sitting}"

    @property
    def is_in_force(self) -> bool:
        """Whether it was not taken back. Load it with `reversed_by`."""
        return self.kind != self.Kind.REVERSE and getattr(self, "reversed_by", None) is None
