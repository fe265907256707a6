"""Students in courses."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models

from questions.models import Course


class Enrolment(models.Model):
    """A student in a course, with the date the student prepares for where the course sets none."""

    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolments")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="enrolments")
    exam_at = models.DateTimeField(null=True, blank=True, help_text="The student's own exam date.")
    extra_time_percent = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(400)],
        help_text="Time added to exams, in percent; it lengthens a sitting that is open too.",
    )
    cards_revision = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="The course's revision up to which the student has their cards."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "course"], name="enrolled_once")]

    def __str__(self) -> str:
        return f"{self.student} in {self.course}"
