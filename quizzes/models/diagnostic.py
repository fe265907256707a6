"""What a newcomer knows already."""

from django.conf import settings
from django.db import models

from questions.models import Course, Item


class Diagnostic(models.Model):
    """A student's diagnostic in a course: that it began, and its map. Its answers are reviews in the log."""

    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="diagnostics")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="+")
    begun_at = models.DateTimeField()
    answered_before = models.PositiveIntegerField(help_text="The course's questions that had an answer as it began.")
    chosen = models.ForeignKey(
        Item,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="What is asked next: it takes a while to choose.",
    )
    chosen_after = models.PositiveIntegerField(
        null=True, help_text="The course's questions that had an answer when it was chosen; else it is chosen anew."
    )
    ended_at = models.DateTimeField(null=True)
    chances = models.JSONField(default=dict, help_text="Once it ended: the chance that each concept (slug) is known.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "course"], name="one_diagnostic_a_course")]

    def __str__(self) -> str:
        return f"diagnostic of {self.student} in {self.course}"
