"""What students say is wrong with questions."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from quizzes.models.presentation import Presentation


class QuestionReport(models.Model):
    """A student says that something is wrong with a question as it was put, and staff answer it."""

    class Category(models.TextChoices):
        KEY = "key", "the answer that is taken for right"
        WORDING = "wording", "what is asked is not clear"
        TYPO = "typo", "a slip in the text"
        DISPLAY = "display", "it does not show properly"
        OTHER = "other", "something else"

    class Outcome(models.TextChoices):
        VERSION = "version", "a new version mends it"
        CORRECTION = "correction", "the marks are corrected"
        NO_FAULT = "no_fault", "no fault"

    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="question_reports")
    presentation = models.ForeignKey(Presentation, on_delete=models.CASCADE, related_name="reports")
    category = models.CharField(max_length=8, choices=Category.choices)
    text = models.TextField(blank=True)
    made_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, help_text="Empty: it waits.")
    answer = models.TextField(blank=True, help_text="What the student was told.")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        indexes = [
            models.Index(fields=["student", "made_at"], name="report_student"),
            models.Index(fields=["made_at"], condition=models.Q(outcome=""), name="report_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.presentation.version}: {self.get_category_display()}"
