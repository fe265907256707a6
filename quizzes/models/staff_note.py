"""What the staff of a course note about its students."""

from django.conf import settings
from django.db import models

from questions.models import Course


class StaffNote(models.Model):
    """A note about a student, for the staff of a course. It goes with the student's account."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="staff_notes")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    written_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True, help_text="None: it is as it was written.")

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"note about {self.student} in {self.course}"
