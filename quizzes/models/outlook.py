"""What the days until a student's next exam hold, as a worker computed it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class StoredOutlook(models.Model):
    """A student's newest outlook, and what it was computed from; see `schedule.outlook`."""

    student = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="outlook"
    )
    facts = models.CharField(max_length=64, help_text="A digest of the facts that it follows from.")
    document: Any = models.JSONField(null=True, help_text="None where nothing that the exam asks is left to ask.")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"outlook of {self.student}"
